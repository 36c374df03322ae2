// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Runner } from '@ims/runtime';

import type { ImageRoot } from './image-root.ts';

/** Something that a session in the jail needs, that an image may lack, and that is in it only while the shell is open. */
export interface Addition {
  /** As seen from inside the image. */
  readonly path: string;
  /** Puts it there; gives what a program said that could not. */
  readonly add: (root: ImageRoot, runner: Runner) => Promise<string | undefined>;
  /** Whether what stands there is what {@link add} puts there. */
  readonly isThere: (root: ImageRoot) => Promise<boolean>;
  /** Takes away what {@link isThere} is true of. */
  readonly remove: (root: ImageRoot) => Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** mem(4), null(4), random(4), tty(4), pts(4): what every Linux has, each for everybody to read and write. */
const DEVICES: readonly Addition[] = [
  device('/dev/null', 1, 3),
  device('/dev/zero', 1, 5),
  device('/dev/full', 1, 7),
  device('/dev/random', 1, 8),
  device('/dev/urandom', 1, 9),
  device('/dev/tty', 5, 0),
  device('/dev/ptmx', 5, 2),
];

/**
 * Without /proc they lead nowhere. They are there nevertheless: what writes to a missing `/dev/stderr` makes a regular
 * file of it, which would be published, and through such a link it gets an error.
 */
const LINKS: readonly Addition[] = [
  link('/dev/fd', '/proc/self/fd'),
  link('/dev/stdin', 'fd/0'),
  link('/dev/stdout', 'fd/1'),
  link('/dev/stderr', 'fd/2'),
];

const DEV: readonly Addition[] = [directory('/dev', 0o755), ...DEVICES, ...LINKS];

/**
 * All that may be added, what holds others first.
 *
 * @param shell the login shell that sshd runs
 */
export function additionsFor(shell: string): readonly Addition[] {
  return [...DEV, standIn(shell)];
}

/** The addition of a path that was noted when it was made. */
export function additionAt(path: string): Addition {
  return DEV.find((addition) => addition.path === path) ?? standIn(path);
}

/** The shell that every image with a shell has, by POSIX. */
export const COMMON_SHELL = '/bin/sh';

/** A link does not do: a program of many names, as busybox, goes by the one that it is called by. */
const STAND_IN = `#!${COMMON_SHELL}
# For ${COMMON_SHELL}, where the image lacks the login shell; only as long as the shell of the job is open.
[ $# -gt 0 ] || exec ${COMMON_SHELL} -l
exec ${COMMON_SHELL} "$@"
`;

function standIn(path: string): Addition {
  const data = Buffer.from(STAND_IN);
  return {
    path,
    add: async (root) => {
      await root.writeFile(path, data, { mode: 0o755, uid: 0, gid: 0 });
      return undefined;
    },
    isThere: async (root) => {
      const entry = await root.lstat(path);
      if (entry?.kind !== 'file' || entry.size !== data.length) return false;
      return (await root.readFile(path, { maxBytes: data.length }))?.equals(data) ?? false;
    },
    remove: async (root) => {
      await root.remove(path);
    },
  };
}

function device(path: string, major: number, minor: number): Addition {
  const wanted = major * 256 + minor;
  return {
    path,
    add: async (root, runner) => await makeNode(root, runner, { path, major, minor }),
    isThere: async (root) => {
      const entry = await root.lstat(path);
      return entry?.kind === 'character-device' && entry.device === wanted;
    },
    remove: async (root) => {
      await root.remove(path);
    },
  };
}

function link(path: string, target: string): Addition {
  return {
    path,
    add: async (root) => {
      await root.makeLink(path, target);
      return undefined;
    },
    isThere: async (root) => (await root.readLink(path))?.toString() === target,
    remove: async (root) => {
      await root.remove(path);
    },
  };
}

function directory(path: string, mode: number): Addition {
  return {
    path,
    add: async (root) => {
      await root.makeDirectory(path, mode);
      return undefined;
    },
    // Whatever somebody has put into it keeps it.
    isThere: async (root) => (await root.lstat(path))?.kind === 'directory' && (await root.list(path))?.length === 0,
    remove: async (root) => {
      await root.removeTree(path);
    },
  };
}

/** A character device for everybody; gives what mknod said when it could not be made. */
export async function makeNode(
  root: ImageRoot,
  runner: Runner,
  { path, major, minor }: { readonly path: string; readonly major: number; readonly minor: number },
): Promise<string | undefined> {
  const slash = path.lastIndexOf('/');
  await using parent = await root.directory(path.slice(0, slash));
  if (parent === undefined) return `${path.slice(0, slash)} is not there`;
  const args = ['-m', '0666', `${parent.pathForChildren}${path.slice(slash)}`, 'c', String(major), String(minor)];
  const make = async (): Promise<string | undefined> => {
    const { exitCode, stderr } = await runner.run({ program: 'mknod', args, timeoutMs: TIMEOUT_MS });
    return exitCode === 0 ? undefined : stderr.trim().split(': ').at(-1);
  };
  const refused = await make();
  if (refused === undefined || (await root.attributes?.lift(parent, ['.'])) !== true) return refused;
  return await make();
}
