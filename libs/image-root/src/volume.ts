// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';

import { SENTINELS, type Layout } from '@ims/contract';
import type { Volume } from '@ims/preparation';

import { at } from './bytes.ts';
import { namesIn } from './entries.ts';
import { named } from './errno.ts';
import { pinEntry, pinPath, type Pin } from './pin.ts';
import { progressOf, writeProgress, type RecordPlace } from './preparation-record.ts';
import { freeSpace } from './space.ts';
import { removeBelow } from './tree.ts';

/** What a volume is made of. */
export interface VolumeOptions {
  readonly layout: Layout;
  /** The job that is prepared. */
  readonly job: string;
}

/**
 * Below the private directory: nobody but root can have put something there to be written through. Each start has a
 * directory of its own, since an unsquashfs that outlived its agent may still write to that of an earlier one.
 */
const UNPACKING = 'unpacking-';

/** What is whole and only waits to be moved in. */
const UNPACKED = 'unpacked';

/** Set aside to be removed: whoever still writes there by name does not find it any more. */
const DISCARDED = 'discarded-';

const { complete, failed, ready, exiting, refused, buildFailed, door, question, verdict } = SENTINELS;

/**
 * What an earlier job may have left (contract §1.1). `failed` too, which the containers of today leave to their agent:
 * between this stage and that one it would stand for a word that nobody has said about this image.
 */
const STALE = [
  ...[ready, complete, failed, exiting, refused, buildFailed].map(({ file }) => file),
  ...['build_succeeded', 'pod_error', 'remote_port', 'remote_exiting', 'remote_error', 'transfer.sqsh'],
];

const STALE_PRIVATE = [
  ...[door, question, verdict].map(({ file }) => file),
  ...['rootfs.sqsh', 'rootfs.sqsh.partial', 'resolv.conf.saved.json'],
];

const JOURNAL = 'journal.jsonl';

/** Makes the volume of one job, whose private directory must be there. */
export function openVolume(options: VolumeOptions): Volume {
  const { layout } = options;
  const record = recordPlaceOf(options);
  const { unpacked } = record;
  const unpacking = `${layout.private}/${UNPACKING}${randomUUID()}`;
  return {
    place: layout.parent,
    progress: async () => await progressOf(record),
    hasBegun: async () => await holds(layout.private, JOURNAL),
    clear: async () => [
      ...(await remove(layout.parent, STALE)),
      ...(await remove(layout.private, STALE_PRIVATE)),
      // What is unpacked for this job, and only waits for its last step, is no product of an earlier one.
      ...((await progressOf(record)) === 'unpacked' ? [] : await removeRoot(layout)),
    ],
    room: async () => await freeSpace(layout.parent),
    freshPlace: async () => {
      await discard(layout.private);
      return unpacking;
    },
    keep: async () => {
      await move(unpacking, unpacked);
      await writeProgress(record, 'unpacked');
    },
    moveIn: async () => {
      if (await holds(layout.private, UNPACKED)) {
        await removeRoot(layout);
        await move(unpacked, layout.imageRoot);
      }
      await writeProgress(record, 'prepared');
    },
    discard: async () => {
      await discard(layout.private);
    },
  };
}

/** Where it is noted how far the stage of a job is. */
export function recordPlaceOf({ layout, job }: VolumeOptions): RecordPlace {
  return { own: layout.private, unpacked: `${layout.private}/${UNPACKED}`, root: layout.imageRoot, job };
}

/** Removes what this or an earlier start has unpacked and not moved in. */
async function discard(own: string): Promise<void> {
  await within(own, async (pin) => {
    for (const name of await namesIn(pin)) {
      if (name.startsWith(UNPACKING) || name === UNPACKED)
        await rename(at(pin, name), at(pin, DISCARDED + randomUUID()));
    }
    for (const name of await namesIn(pin)) if (name.startsWith(DISCARDED)) await removeBelow(pin, name);
  });
}

async function move(from: string, to: string): Promise<void> {
  await named(`moving ${from} to ${to}`, async () => await rename(from, to));
}

async function removeRoot({ imageRoot }: Layout): Promise<string[]> {
  const slash = imageRoot.lastIndexOf('/');
  return await remove(imageRoot.slice(0, slash), [imageRoot.slice(slash + 1)]);
}

/** Removes entries of a directory with all below them, links themselves; gives the names of what was there. */
async function remove(directory: string, names: readonly string[]): Promise<string[]> {
  return await within(directory, async (pin) => {
    const removed: string[] = [];
    for (const name of names) if (await removeBelow(pin, name)) removed.push(name);
    return removed;
  });
}

async function holds(directory: string, name: string): Promise<boolean> {
  return await within(directory, async (pin) => {
    await using entry = await pinEntry(pin, name);
    return entry !== undefined;
  });
}

async function within<T>(directory: string, work: (pin: Pin) => Promise<T>): Promise<T> {
  return await named(`working in ${directory}`, async () => {
    await using pin = await pinPath(directory);
    return await work(pin);
  });
}
