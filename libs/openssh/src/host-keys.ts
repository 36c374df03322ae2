// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { complaintOf, Failure, makeDirectories, type Logger, type Runner } from '@ims/runtime';

import { HOST_KEY_TYPES, hostKeyFile, type HostKeyType } from './base-config.ts';
import { readIfPresent, sizeOf, writeAtomically } from './files.ts';
import { parsePublicKey, type PublicKey } from './public-key.ts';

/** Which host keys there must be. */
export interface HostKeyOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  /** The files that sshd is told to use; none means those of `directory`, or sshd's own in `/etc/ssh`. */
  readonly paths: readonly string[];
  readonly directory?: string | undefined;
}

/** RSA keys take a second or two on a busy machine. */
const MAKING_MS = 120_000;

/**
 * Makes the host keys that are missing and keeps those that are there, so that a restarted sshd is recognised (H9).
 *
 * @throws Failure SshdRefused when ssh-keygen fails
 */
export async function ensureHostKeys(options: HostKeyOptions): Promise<void> {
  const { directory } = options;
  const wanted = options.paths.length > 0 || directory === undefined ? options.paths : filesIn(directory);
  if (wanted.length === 0) await keygen(options, ['-A']);
  for (const path of wanted) await ensureOne(options, path);
}

/** The public host keys, ed25519 first; one whose public half is missing gets it back from the private one. */
export async function readHostKeys(options: Omit<HostKeyOptions, 'directory'>): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const path of options.paths) {
    await ensurePublicHalf(options, path);
    const key = parsePublicKey((await readIfPresent(`${path}.pub`)) ?? '');
    if (key !== undefined) keys.push(key);
  }
  return keys.sort((a, b) => Number(b.type === 'ssh-ed25519') - Number(a.type === 'ssh-ed25519'));
}

function filesIn(directory: string): string[] {
  return HOST_KEY_TYPES.map((type) => hostKeyFile(directory, type));
}

/** An empty file is what a full disk leaves behind; it is no key. */
async function ensureOne(options: HostKeyOptions, path: string): Promise<void> {
  if ((await sizeOf(path)) > 0) return;
  await makeDirectories(dirname(path), 0o755);
  const temporary = await mkdtemp(`${dirname(path)}/.ims-host-key-`);
  try {
    const made = `${temporary}/${basename(path)}`;
    await keygen(options, ['-q', '-t', typeOf(path), '-N', '', '-C', '', '-f', made]);
    // The private half comes last: as long as it is missing, the key is made anew.
    await rename(`${made}.pub`, `${path}.pub`);
    await rename(made, path);
    options.logger.info({ path }, 'made a host key');
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function ensurePublicHalf(options: Pick<HostKeyOptions, 'runner'>, path: string): Promise<void> {
  if ((await sizeOf(`${path}.pub`)) > 0 || (await sizeOf(path)) === 0) return;
  const outcome = await options.runner.run({ program: 'ssh-keygen', args: ['-y', '-f', path], timeoutMs: MAKING_MS });
  if (outcome.exitCode === 0) await writeAtomically(`${path}.pub`, outcome.stdout, 0o644);
}

/** sshd does not care for the name; people who name a file `…rsa…` mean it. */
function typeOf(path: string): HostKeyType {
  return HOST_KEY_TYPES.find((type) => basename(path).includes(type)) ?? 'ed25519';
}

async function keygen(options: Pick<HostKeyOptions, 'runner'>, args: readonly string[]): Promise<void> {
  const outcome = await options.runner.run({ program: 'ssh-keygen', args, timeoutMs: MAKING_MS });
  if (outcome.exitCode === 0) return;
  throw new Failure('SshdRefused', `ssh-keygen ${args[0] ?? ''} could not make a host key: ${complaintOf(outcome)}`, {
    advice: 'install openssh-client, or make the directory of the host keys writable',
  });
}
