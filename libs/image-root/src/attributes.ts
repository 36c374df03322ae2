// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, readlink } from 'node:fs/promises';

import { Failure, type Logger, type Runner } from '@ims/runtime';

import { printable, toBytes } from './bytes.ts';
import type { Pin } from './pin.ts';
import { shellQuote } from './shell-quote.ts';

/**
 * Takes the attributes "immutable" and "append-only" (chattr(1), `i` and `a`) off entries that we have to change. Node
 * has no ioctl, so e2fsprogs does it. They are not set again: no squashfs can hold them.
 */
export interface Attributes {
  /** Whether this process may take them off: CAP_LINUX_IMMUTABLE, which counts in the first user namespace only. */
  mayLift(): Promise<boolean>;
  /**
   * The paths of those that bear one of the two, as this container sees them.
   *
   * @param names byte strings in the pinned directory; `.` is the directory itself
   */
  find(directory: Pin, names: readonly string[]): Promise<readonly string[]>;
  /**
   * Takes both off; tells whether there was one. Links are not followed.
   *
   * @throws Failure PlatformUnavailable with the command that does it, when this process may not
   */
  lift(directory: Pin, names: readonly string[]): Promise<boolean>;
}

/** Names at a time: what the programs print of them has to fit into what is kept of an output. */
const BATCH = 100;
const TIMEOUT_MS = 60_000;

/** Names are bytes and an argument is text: they come as escapes of printf, and xargs makes arguments of them. */
const EACH = (program: string): string => `printf %b "$(cat)" | xargs -0 ${program} --`;

const CAP_LINUX_IMMUTABLE = 9n;

/** Makes it of the programs lsattr and chattr. */
export function createAttributes(tools: { readonly runner: Runner; readonly logger: Logger }): Attributes {
  const { runner, logger } = tools;
  let isSaid = false;
  const run = async (program: string, directory: Pin, names: readonly string[]): Promise<string> => {
    const args = ['-c', EACH(program)];
    const cwd = directory.pathForChildren;
    const outcome = await runner.run({ program: 'sh', args, cwd, input: escaped(names), timeoutMs: TIMEOUT_MS });
    return outcome.stdout;
  };
  const find = async (directory: Pin, names: readonly string[]): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const batch of batches(names)) found.push(...marked(await run('lsattr -d', directory, batch)));
    if (found.length === 0) return [];
    const above = await readlink(directory.path);
    return found.map((name) => (name === '.' ? above : `${above}/${name}`));
  };
  const tell = (paths: readonly string[]): void => {
    const [first] = paths;
    const shown = paths.length === 1 ? first : `${String(first)} and ${String(paths.length - 1)} more`;
    const message = `removed the attributes "immutable" and "append-only" from ${printable(toBytes(String(shown)))}`;
    if (isSaid) logger.debug({ paths }, message);
    else logger.warn({}, `${message}: they block the job's own work, and a squashfs cannot hold them`);
    isSaid = true;
  };
  return {
    mayLift,
    find,
    lift: async (directory, names) => {
      const found = await find(directory, names);
      if (found.length === 0) return false;
      for (const batch of batches(names)) await run('chattr -f -i -a', directory, batch);
      const kept = await find(directory, names);
      if (kept.length > 0) throw refusal(kept);
      tell(found);
      return true;
    },
  };
}

/** The failure of entries whose attributes have to go and may not be taken off here. */
function refusal(paths: readonly string[]): Failure {
  return new Failure('PlatformUnavailable', notLiftable(paths), {
    advice: `run: ${unlockCommand(paths)} where CAP_LINUX_IMMUTABLE is available, then resume the job`,
  });
}

/** What is wrong with paths whose attributes may not be taken off. */
export function notLiftable(paths: readonly string[]): string {
  const [first = ''] = paths;
  const more = paths.length > 1 ? ` and ${String(paths.length - 1)} more` : '';
  return `${printable(toBytes(first))}${more} cannot be changed: the attribute "immutable" or "append-only" (chattr +i, +a) is set`;
}

const MOST_NAMED = 10;

/** The command that takes them off; of very many paths it names the first ones. */
export function unlockCommand(paths: readonly string[]): string {
  return `chattr -i -a ${paths.slice(0, MOST_NAMED).map(shellQuote).join(' ')}`;
}

function* batches(names: readonly string[]): Generator<readonly string[], void> {
  for (let start = 0; start < names.length; start += BATCH) yield names.slice(start, start + BATCH);
}

/** Every byte in octal, and a zero byte after every name. */
function escaped(names: readonly string[]): string {
  return names
    .map((name) => `./${name}`)
    .flatMap((name) => [...Buffer.from(name, 'latin1'), 0])
    .map((byte) => String.raw`\0${byte.toString(8).padStart(3, '0')}`)
    .join('');
}

/** The names that lsattr shows with one of the two attributes: `----i---------e------- ./etc`. */
function marked(listing: string): string[] {
  return listing.split('\n').flatMap((line) => {
    const [, flags = '', name = ''] = /^([-\w]+) \.\/(.*)$/.exec(line) ?? [];
    return /[ia]/.test(flags) ? [name] : [];
  });
}

async function mayLift(): Promise<boolean> {
  const [status, map] = await Promise.all([
    readFile('/proc/self/status', 'utf8'),
    readFile('/proc/self/uid_map', 'utf8'),
  ]);
  const capabilities = BigInt(`0x${/^CapEff:\s*([\da-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const isFirstNamespace = /^\s*0\s+0\s+4294967295\s*$/.test(map);
  return isFirstNamespace && ((capabilities >> CAP_LINUX_IMMUTABLE) & 1n) === 1n;
}
