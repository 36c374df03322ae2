// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, readFile, writeFile } from 'node:fs/promises';

import { complaintOf, Failure, type Logger, type Runner } from '@ims/runtime';

/** What running aarch64 programs on another processor takes. */
export interface EmulationOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  /** Where the kernel shows its table of foreign programs. */
  readonly directory?: string;
  /** Runs the programs; the kernel keeps it open, so it works inside a jail too. */
  readonly interpreter?: string;
  /** Name of the entry. */
  readonly name?: string;
}

/** When emulation is needed at all. */
export interface EmulationCase {
  /** $BUILD_ARCH: exactly `aarch64`, anything else is x86_64 (reference §2). */
  readonly arch: string;
  readonly remote: boolean;
  /** Of this machine, as Node names it (`process.arch`). */
  readonly hostArch: string;
}

const DIRECTORY = '/proc/sys/fs/binfmt_misc';
const INTERPRETER = '/usr/bin/qemu-aarch64-static';
const NAME = 'qemu-aarch64';
/** ELF, 64 bit, little endian, executable or shared, for aarch64 (reference §4.3). */
const MAGIC = '7f454c460201010000000000000000000200b700';
const MASK = 'ffffffffffffff00fffffffffffffffffeffffff';
const PROGRAM_MS = 30_000;

/** True only for a local aarch64 job on a machine that is not aarch64 itself (H43). */
export function needsEmulation({ arch, remote, hostArch }: EmulationCase): boolean {
  return arch === 'aarch64' && !remote && hostArch !== 'arm64';
}

/** The line that registers an interpreter with the kernel; the kernel itself decodes the `\x`. */
export function registration(name: string, interpreter: string): string {
  const bytes = (hex: string): string => hex.replace(/../g, String.raw`\x$&`);
  return `:${name}:M::${bytes(MAGIC)}:${bytes(MASK)}:${interpreter}:F`;
}

/**
 * Makes the kernel run aarch64 programs by qemu, unless it does already (reference §4.3).
 *
 * @throws Failure PlatformUnavailable when the kernel or the container does not let us
 */
export async function ensureEmulation(options: EmulationOptions): Promise<void> {
  const { directory = DIRECTORY, interpreter = INTERPRETER, name = NAME, logger } = options;
  await ensureTable(options, directory);
  if (await exists(`${directory}/${name}`)) {
    logger.info({ name }, 'the kernel runs aarch64 programs already');
    return;
  }
  if (!(await exists(interpreter))) throw unavailable(`there is no ${interpreter}`);
  try {
    await writeFile(`${directory}/register`, registration(name, interpreter), { flag: 'r+' });
  } catch (error) {
    // Another container may have been faster.
    if (await exists(`${directory}/${name}`)) return;
    throw unavailable(`the kernel does not take the registration of ${interpreter}`, error);
  }
  await requireEnabled(directory, name);
  logger.info({ name, interpreter }, 'the kernel now runs aarch64 programs by qemu');
}

async function ensureTable(options: EmulationOptions, directory: string): Promise<void> {
  if (!(await exists(directory))) {
    const loaded = await options.runner.run({ program: 'modprobe', args: ['binfmt_misc'], timeoutMs: PROGRAM_MS });
    if (loaded.exitCode !== 0) throw unavailable(`modprobe binfmt_misc failed: ${complaintOf(loaded)}`);
  }
  if (await exists(`${directory}/register`)) return;
  const args = ['-t', 'binfmt_misc', 'binfmt_misc', directory];
  const mounted = await options.runner.run({ program: 'mount', args, timeoutMs: PROGRAM_MS });
  if (mounted.exitCode !== 0)
    throw unavailable(`binfmt_misc cannot be mounted on ${directory}: ${complaintOf(mounted)}`);
}

async function requireEnabled(directory: string, name: string): Promise<void> {
  const entry = await readFile(`${directory}/${name}`, 'utf8').catch(() => '');
  if (!entry.startsWith('enabled')) throw unavailable(`the kernel has not enabled the entry ${name} of ${directory}`);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function unavailable(what: string, cause?: unknown): Failure {
  return new Failure('PlatformUnavailable', `aarch64 programs cannot run here: ${what}`, {
    advice: 'let the container be privileged, or register qemu-aarch64 on the node before',
    ...(cause === undefined ? {} : { cause }),
  });
}
