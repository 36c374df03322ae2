// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Runner } from '@ims/runtime';
import { Failure } from '@ims/runtime';

import { isOfTheImage } from './errno.ts';
import type { ImageRoot } from './image-root.ts';
import { inspectJail, type JailOptions, type JailProblem } from './jail.ts';
import { pinPath } from './pin.ts';

/** What was mended and what a person must mend. */
export interface MendedJail {
  readonly mended: readonly JailProblem[];
  /** Anything here and sshd would refuse the jail or its first login: `JailRefused`. */
  readonly remaining: readonly JailProblem[];
}

/** What mending may touch besides the root. */
export interface MendOptions extends JailOptions {
  /** The volume's mount point, which is ours as well: made 0755 and root's when sshd objects to it (contract §4.2). */
  readonly parent: string;
  /** Runs mknod. */
  readonly runner: Runner;
}

/**
 * Mends what is safe to mend: owner and mode of the root itself and of the volume, and a missing or wrong
 * /dev/null. Directories above the volume, and the shell, are left to a person.
 */
export async function mendJail(root: ImageRoot, options: MendOptions): Promise<MendedJail> {
  const before = await inspectJail(root, options);
  for (const problem of before) await mend(root, problem, options);
  const remaining = await inspectJail(root, options);
  const left = new Set(remaining.map(keyOf));
  return { mended: before.filter((problem) => !left.has(keyOf(problem))), remaining };
}

/** @throws Failure JailRefused naming every problem with its mend, when there is one */
export function refuseJail(problems: readonly JailProblem[]): void {
  if (problems.length === 0) return;
  throw new Failure('JailRefused', problems.map(({ message }) => message).join('; '), {
    advice: `run: ${problems.map(({ mend }) => mend).join(' && ')}`,
  });
}

function keyOf({ check, path }: JailProblem): string {
  return `${check} ${path}`;
}

async function mend(root: ImageRoot, problem: JailProblem, { parent, runner }: MendOptions): Promise<void> {
  if (problem.check === 'null-device') await mendNull(root, runner);
  else if (problem.path === root.path) await mendRoot(root);
  else if (problem.path === resolve(parent)) await mendParent(parent);
}

async function mendRoot(root: ImageRoot): Promise<void> {
  const entry = await root.stat('/');
  if (entry === undefined) return;
  await root.chown('/', { uid: 0, gid: 0 });
  await root.chmod('/', entry.mode & ~0o022);
}

async function mendParent(parent: string): Promise<void> {
  await using pin = await pinPath(parent);
  if (pin.kind !== 'directory') return;
  await chown(pin.path, 0, 0);
  await chmod(pin.path, 0o755);
}

/** What cannot be mended stays a problem of the second look, so nothing is thrown for what the image holds. */
async function mendNull(root: ImageRoot, runner: Runner): Promise<void> {
  try {
    await root.makeDirectory('/dev', 0o755);
    const entry = await root.lstat('/dev/null');
    if (entry?.kind === 'directory') return;
    await root.remove('/dev/null');
    await using dev = await root.directory('/dev');
    if (dev === undefined) return;
    const args = ['-m', '0666', `${dev.pathForChildren}/null`, 'c', '1', '3'];
    await runner.run({ program: 'mknod', args, timeoutMs: 10_000 });
  } catch (error) {
    if (!isOfTheImage(error)) throw error;
  }
}
