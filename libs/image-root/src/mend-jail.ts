// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Runner } from '@ims/runtime';
import { Failure } from '@ims/runtime';

import { makeNode } from './additions.ts';
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
  /** The volume's mount point, which is ours as well: made 0755 and root's when sshd objects to it (reference §4.2). */
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
  const refusals = new Map<JailProblem['check'], string>();
  for (const problem of before) {
    const refused = await mend(root, problem, options);
    if (refused !== undefined) refusals.set(problem.check, refused);
  }
  const remaining = (await inspectJail(root, options)).map((problem) =>
    explained(problem, refusals.get(problem.check)),
  );
  const left = new Set(remaining.map(keyOf));
  return { mended: before.filter((problem) => !left.has(keyOf(problem))), remaining };
}

/** @throws Failure JailRefused naming every problem with its mend, when there is one */
export function refuseJail(problems: readonly JailProblem[]): void {
  if (problems.length === 0) return;
  const commands = problems.flatMap(({ mend }) => mend ?? []);
  const run = commands.length === 0 ? [] : [`run: ${commands.join(' && ')}`];
  throw new Failure('JailRefused', problems.map(({ message }) => message).join('; '), {
    advice: [...run, ...problems.flatMap(({ advice }) => advice ?? [])].join('; '),
  });
}

function keyOf({ check, path }: JailProblem): string {
  return `${check} ${path}`;
}

const NO_NODES =
  'give the container CAP_MKNOD and start the pod without a user namespace (hostUsers: true), take an image with device nodes, or run the job without the jail';

/** Adds why mending failed; the command would fail as well where no device node can be made. */
function explained(problem: JailProblem, refused: string | undefined): JailProblem {
  if (refused === undefined) return problem;
  const message = `${problem.message}, and mknod says: ${refused}`;
  return /not permitted/.test(refused)
    ? { ...problem, message, mend: undefined, advice: NO_NODES }
    : { ...problem, message };
}

/** Gives what a program said that could not do its part. */
async function mend(root: ImageRoot, problem: JailProblem, options: MendOptions): Promise<string | undefined> {
  const { parent, runner } = options;
  if (problem.check === 'null-device') return await mendNull(root, runner);
  if (problem.path === root.path) await mendRoot(root);
  else if (problem.path === resolve(parent)) await mendParent(parent);
  return undefined;
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
async function mendNull(root: ImageRoot, runner: Runner): Promise<string | undefined> {
  try {
    await root.makeDirectory('/dev', 0o755);
    const entry = await root.lstat('/dev/null');
    if (entry?.kind === 'directory') return undefined;
    await root.remove('/dev/null');
    return await makeNode(root, runner, { path: '/dev/null', major: 1, minor: 3 });
  } catch (error) {
    if (!isOfTheImage(error)) throw error;
    return undefined;
  }
}
