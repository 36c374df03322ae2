// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { COMMON_SHELL } from './additions.ts';
import { isOfTheImage, named } from './errno.ts';
import type { ImageRoot } from './image-root.ts';
import { KIND_NAMES } from './pin.ts';
import { show } from './places.ts';
import { canStandIn, hasCommonShell } from './shell-additions.ts';
import { shellQuote } from './shell-quote.ts';

/** Why sshd would not take the image root as a jail, or nobody could work in it. */
export interface JailProblem {
  readonly check: 'owner' | 'mode' | 'shell' | 'null-device';
  /** As the container sees it. */
  readonly path: string;
  readonly message: string;
  /** The exact command that mends it, run in this container; undefined where none does. */
  readonly mend: string | undefined;
  /** What to do instead of a command. */
  readonly advice?: string;
}

/** What the jail will be asked to do. */
export interface JailOptions {
  /** The login shell of the users' account, as seen inside the image. */
  readonly shell: string;
}

// mem(4): character device 1, 3; makedev() keeps the minor number in the low eight bits.
const NULL_DEVICE = 0x103;
const OTHERS_WRITE = 0o022;
const READ_WRITE_ALL = 0o666;

/**
 * Looks for everything that sshd refuses in a ChrootDirectory (sshd_config(5): every component root-owned and
 * writable by nobody else), and for what a session in it needs: its shell and /dev/null (H37). Changes nothing.
 */
export async function inspectJail(root: ImageRoot, { shell }: JailOptions): Promise<readonly JailProblem[]> {
  const problems: JailProblem[] = [];
  for (const path of ancestry(root.path)) problems.push(...(await inspectComponent(path)));
  problems.push(...(await inspectShell(root, shell)), ...(await inspectNull(root)));
  return problems;
}

/** A path and everything above it, the highest first. */
function ancestry(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...ancestry(above), path];
}

async function inspectComponent(path: string): Promise<JailProblem[]> {
  const { uid, mode } = await named(`looking at ${path}`, async () => await stat(path));
  return judgeComponent(path, { uid, mode: mode & 0o7777 });
}

/** sshd's own rule for one component of the jail's path. */
function judgeComponent(path: string, found: { readonly uid: number; readonly mode: number }): JailProblem[] {
  const problems: JailProblem[] = [];
  if (found.uid !== 0) {
    const message = `${show(path)} belongs to user ${String(found.uid)}, sshd wants root`;
    problems.push({ check: 'owner', path, message, mend: `chown root:root ${shellQuote(path)}` });
  }
  if ((found.mode & OTHERS_WRITE) !== 0) {
    const message = `${show(path)} has mode ${octal(found.mode)}, sshd wants it writable by root only`;
    problems.push({ check: 'mode', path, message, mend: `chmod go-w ${shellQuote(path)}` });
  }
  return problems;
}

/** What can be done where no command helps. */
const ANOTHER_WAY = 'give the image a shell at /bin/sh that can be executed, or run the job without the jail';

async function inspectShell(root: ImageRoot, shell: string): Promise<JailProblem[]> {
  const problem = (message: string, mend: string | undefined): JailProblem[] => [
    {
      check: 'shell',
      path: `${root.path}${shell}`,
      message,
      mend,
      ...(mend === undefined ? { advice: ANOTHER_WAY } : {}),
    },
  ];
  try {
    const entry = await root.stat(shell);
    if (entry === undefined) {
      if (await canStandIn(root, shell)) return [];
      const why = (await root.whyAbsent(shell)) ?? `${show(shell)} is not there`;
      return problem(`the login shell ${show(shell)} is missing in the image: ${why}`, await shellMend(root, shell));
    }
    if (entry.kind !== 'file') {
      const message = `the login shell ${show(shell)} is ${KIND_NAMES[entry.kind]} in the image`;
      return problem(message, await shellMend(root, shell));
    }
    if ((entry.mode & 0o111) !== 0) return [];
    const message = `the login shell ${show(shell)} has mode ${octal(entry.mode)} in the image and cannot be executed`;
    return problem(message, `chmod 0755 ${shellQuote(`${root.path}${entry.path}`)}`);
  } catch (error) {
    if (!isOfTheImage(error)) throw error;
    return problem(`the login shell ${show(shell)} cannot be used: ${error.message}`, await shellMend(root, shell));
  }
}

/** Clears the way for a stand-in, which the next start makes; without a /bin/sh nothing helps. */
async function shellMend(root: ImageRoot, shell: string): Promise<string | undefined> {
  if (shell === COMMON_SHELL || !(await hasCommonShell(root))) return undefined;
  const place = await outside(root, shell);
  if (await isThere(root, shell)) return `rm -rf ${shellQuote(place)}`;
  return (await isThere(root, dirname(shell))) ? undefined : `mkdir -p ${shellQuote(dirname(place))}`;
}

async function isThere(root: ImageRoot, path: string): Promise<boolean> {
  return (await root.lstat(path).catch(() => undefined)) !== undefined;
}

/** A path of the image as the container names it, with the links on the way resolved: they may be absolute. */
async function outside(root: ImageRoot, path: string): Promise<string> {
  const directory = await root.stat(dirname(path)).catch(() => undefined);
  const resolved = (directory?.path ?? dirname(path)).replace(/\/$/, '');
  return `${root.path}${resolved}/${basename(path)}`;
}

async function inspectNull(root: ImageRoot): Promise<JailProblem[]> {
  const path = await outside(root, '/dev/null');
  const mknod = `mknod -m 0666 ${shellQuote(path)} c 1 3`;
  const remake = `mkdir -p ${shellQuote(dirname(path))} && rm -rf ${shellQuote(path)} && ${mknod}`;
  const problem = (message: string, mend: string): JailProblem[] => [{ check: 'null-device', path, message, mend }];
  try {
    const entry = await root.lstat('/dev/null');
    if (entry === undefined) return problem('/dev/null is missing in the image', remake);
    if (entry.kind !== 'character-device' || entry.device !== NULL_DEVICE) {
      return problem(`/dev/null in the image is ${KIND_NAMES[entry.kind]}, not the null device`, remake);
    }
    if ((entry.mode & READ_WRITE_ALL) === READ_WRITE_ALL) return [];
    return problem(`/dev/null in the image has mode ${octal(entry.mode)}`, `chmod 0666 ${shellQuote(path)}`);
  } catch (error) {
    if (!isOfTheImage(error)) throw error;
    return problem(`/dev/null in the image cannot be used: ${error.message}`, remake);
  }
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
