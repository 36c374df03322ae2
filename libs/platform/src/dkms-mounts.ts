// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { realpath } from 'node:fs/promises';

import { readMountsBelow, type Mount } from '@ims/mounts';
import { complaintOf, type Logger, type Runner } from '@ims/runtime';

/** A directory inside the image root that is held open, whatever becomes of its name. */
interface HeldDirectory {
  /** Names it for a child process, e.g. `/proc/123/fd/20`. */
  readonly pathForChildren: string;
  close(): Promise<void>;
}

/** What the mounts of a DKMS job take. */
export interface DkmsOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  readonly imageRoot: string;
  /** Opens a directory inside the image root, never outside (H27); nothing when there is none. */
  readonly openDirectory: (path: string) => Promise<HeldDirectory | undefined>;
}

/** What is mounted where (reference §4.2 step 5). */
const PSEUDO_FILE_SYSTEMS = [
  { type: 'sysfs', path: '/sys' },
  { type: 'proc', path: '/proc' },
  { type: 'devtmpfs', path: '/dev' },
] as const;

const MOUNT_MS = 30_000;

/** The pseudo file systems that building kernel modules inside the image root needs. */
export interface DkmsMounts {
  /** Mounts them; what cannot be mounted is said and left out, as today. */
  mount(): Promise<void>;
  /** Takes away everything that was mounted in the image root since; says what remains (H26). */
  unmount(): Promise<void>;
}

/** Makes the mounts of a DKMS job, not mounted yet. */
export function createDkmsMounts(options: DkmsOptions): DkmsMounts {
  let before: ReadonlySet<number> | undefined;
  return {
    mount: async () => {
      const { root, mounts } = await mountsIn(options.imageRoot);
      // What a killed run mounted is ours to take away.
      const foreign = mounts.filter((one) => PSEUDO_FILE_SYSTEMS.every((row) => !isOn(one, root, row)));
      before = new Set(foreign.map(({ id }) => id));
      for (const row of PSEUDO_FILE_SYSTEMS) {
        if (mounts.some((one) => isOn(one, root, row))) continue;
        await mountOne(options, row);
      }
    },
    unmount: async () => {
      if (before === undefined) return;
      const known = before;
      await unmountAll(options, (mount) => !known.has(mount.id));
    },
  };
}

type Row = (typeof PSEUDO_FILE_SYSTEMS)[number];

async function mountOne(options: DkmsOptions, { type, path }: Row): Promise<void> {
  const { runner, logger } = options;
  try {
    const target = await options.openDirectory(path);
    if (target === undefined) {
      logger.warn({ path, type }, `the image has no directory ${path}: ${type} is not mounted there`);
      return;
    }
    try {
      // Resolving the name again would follow whatever stands there by then.
      const args = ['--no-canonicalize', '-t', type, type, target.pathForChildren];
      const outcome = await runner.run({ program: 'mount', args, timeoutMs: MOUNT_MS });
      if (outcome.exitCode === 0) logger.info({ path, type }, `mounted ${type} on ${path} of the image`);
      else logger.warn({ path, type }, `${type} cannot be mounted on ${path} of the image: ${complaintOf(outcome)}`);
    } finally {
      await target.close();
    }
  } catch (error) {
    logger.warn({ path, type, err: error }, `${type} cannot be mounted on ${path} of the image`);
  }
}

async function unmountAll(options: DkmsOptions, ours: (mount: Mount) => boolean): Promise<void> {
  const { logger, imageRoot } = options;
  for (const { mountPoint: path } of (await mountsIn(imageRoot)).mounts.filter(ours)) {
    if (await unmountOne(options, [path])) continue;
    logger.warn({ path }, `${path} is busy: it is taken away now and goes when nobody uses it any more`);
    await unmountOne(options, ['--lazy', path]);
  }
  const left = (await mountsIn(imageRoot)).mounts.filter(ours).map(({ mountPoint }) => mountPoint);
  if (left.length > 0) logger.error({ left }, `still mounted in the image root: ${left.join(', ')}`);
}

/** A mount point can be neither renamed nor replaced, so its name still means what the table says. */
async function unmountOne({ runner, logger }: DkmsOptions, args: readonly string[]): Promise<boolean> {
  const outcome = await runner.run({
    program: 'umount',
    args: ['--no-canonicalize', ...args],
    timeoutMs: MOUNT_MS,
  });
  if (outcome.exitCode !== 0) logger.debug({ args, said: complaintOf(outcome) }, 'umount has failed');
  return outcome.exitCode === 0;
}

async function mountsIn(imageRoot: string): Promise<{ root: string; mounts: readonly Mount[] }> {
  const root = await realpath(imageRoot).catch(() => imageRoot);
  return { root, mounts: await readMountsBelow(root) };
}

function isOn(mount: Mount, root: string, { type, path }: Row): boolean {
  return mount.type === type && mount.mountPoint === `${root}${path}`;
}
