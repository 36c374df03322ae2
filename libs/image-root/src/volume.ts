// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { basename, dirname } from 'node:path';

import { SENTINELS, type Layout } from '@ims/contract';
import type { Volume } from '@ims/preparation';

import type { Attributes } from './attributes.ts';
import { toBytes } from './bytes.ts';
import { namesIn } from './entries.ts';
import { named } from './errno.ts';
import { pinEntry, pinPath, type Pin } from './pin.ts';
import { progressOf, writeProgress, type RecordPlace } from './preparation-record.ts';
import { freeSpace } from './space.ts';
import { removeBelow } from './remove-below.ts';
import { renameEntry } from './rename.ts';

/** What a volume is made of. */
export interface VolumeOptions {
  readonly layout: Layout;
  /** The job that is prepared. */
  readonly job: string;
  /** Takes attributes off what is removed or moved; without it such an entry is a failure. */
  readonly attributes?: Attributes;
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

const { complete, failed, ready, exiting, refused, buildFailed, door, question, verdict, agentGone } = SENTINELS;

/**
 * What an earlier job may have left (reference §1.1). `failed` too, which the containers of today leave to their agent:
 * between this stage and that one it would stand for a word that nobody has said about this image.
 */
const STALE = [
  ...[ready, complete, failed, exiting, refused, buildFailed].map(({ file }) => file),
  ...['build_succeeded', 'pod_error', 'remote_port', 'remote_exiting', 'remote_error', 'transfer.sqsh'],
];

const STALE_PRIVATE = [
  ...[door, question, verdict, agentGone].map(({ file }) => file),
  ...['rootfs.sqsh', 'rootfs.sqsh.partial', 'resolv.conf.saved.json'],
];

const JOURNAL = 'journal.jsonl';

/** Makes the volume of one job, whose private directory must be there. */
export function openVolume(options: VolumeOptions): Volume {
  const { layout, attributes } = options;
  const record = recordPlaceOf(options);
  const { unpacked } = record;
  const unpacking = `${layout.private}/${UNPACKING}${randomUUID()}`;
  return {
    place: layout.parent,
    progress: async () => await progressOf(record),
    hasBegun: async () => await holds(layout.private, JOURNAL),
    clear: async () => [
      ...(await remove(layout.parent, STALE, attributes)),
      ...(await remove(layout.private, STALE_PRIVATE, attributes)),
      // What is unpacked for this job, and only waits for its last step, is no product of an earlier one.
      ...((await progressOf(record)) === 'unpacked' ? [] : await removeRoot(options)),
    ],
    room: async () => await freeSpace(layout.parent),
    freshPlace: async () => {
      await discard(options);
      return unpacking;
    },
    keep: async () => {
      await move(unpacking, unpacked, attributes);
      await writeProgress(record, 'unpacked');
    },
    moveIn: async () => {
      if (await holds(layout.private, UNPACKED)) {
        await removeRoot(options);
        await move(unpacked, layout.imageRoot, attributes);
      }
      await writeProgress(record, 'prepared');
    },
    discard: async () => {
      await discard(options);
    },
  };
}

/** Where it is noted how far the stage of a job is. */
export function recordPlaceOf({ layout, job }: VolumeOptions): RecordPlace {
  return { own: layout.private, unpacked: `${layout.private}/${UNPACKED}`, root: layout.imageRoot, job };
}

/** Removes what this or an earlier start has unpacked and not moved in. */
async function discard({ layout, attributes }: VolumeOptions): Promise<void> {
  await within(layout.private, async (pin) => {
    for (const name of await namesIn(pin)) {
      if (name.startsWith(UNPACKING) || name === UNPACKED)
        await renameEntry({ directory: pin, name }, { directory: pin, name: DISCARDED + randomUUID() }, attributes);
    }
    for (const name of await namesIn(pin)) if (name.startsWith(DISCARDED)) await removeBelow(pin, name, attributes);
  });
}

async function move(from: string, to: string, attributes: Attributes | undefined): Promise<void> {
  await named(`moving ${from} to ${to}`, async () => {
    await using source = await pinPath(dirname(from));
    await using target = await pinPath(dirname(to));
    const names = { from: toBytes(basename(from)), to: toBytes(basename(to)) };
    await renameEntry({ directory: source, name: names.from }, { directory: target, name: names.to }, attributes);
  });
}

async function removeRoot({ layout, attributes }: VolumeOptions): Promise<string[]> {
  const { imageRoot } = layout;
  return await remove(dirname(imageRoot), [basename(imageRoot)], attributes);
}

/** Removes entries of a directory with all below them, links themselves; gives the names of what was there. */
async function remove(
  directory: string,
  names: readonly string[],
  attributes: Attributes | undefined,
): Promise<string[]> {
  return await within(directory, async (pin) => {
    const removed: string[] = [];
    for (const name of names) if (await removeBelow(pin, name, attributes)) removed.push(name);
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
