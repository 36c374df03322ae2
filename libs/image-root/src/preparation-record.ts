// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { lstat, open, readFile, rename, writeFile } from 'node:fs/promises';

import type { Progress } from '@ims/preparation';
import { bootId } from '@ims/runtime';

import { named, unless } from './errno.ts';

/** Where the record of a stage lies, and what it is about. */
export interface RecordPlace {
  /** The private directory. */
  readonly own: string;
  /** Where the unpacked image waits to become the image root. */
  readonly unpacked: string;
  /** The image root. */
  readonly root: string;
  readonly job: string;
}

const FILE = 'prepare.json';

type Noted = Exclude<Progress, 'nothing' | 'doubtful'>;

/** How far an earlier start came for this very job; what cannot be read counts as nothing. */
export async function progressOf(place: RecordPlace): Promise<Progress> {
  const { unpacked, root } = place;
  const noted = await read(place);
  if (noted === undefined) return 'nothing';
  const isThere = (await isDirectory(root)) || (noted.progress === 'unpacked' && (await isDirectory(unpacked)));
  if (!isThere) return 'nothing';
  return noted.isDurable || (await isOfThisStart(noted)) ? noted.progress : 'doubtful';
}

/** Whether the image root is whole, and is known to be only as long as the machine runs. */
export async function isToBeWrittenOut(place: RecordPlace): Promise<boolean> {
  return (await progressOf(place)) === 'prepared' && (await read(place))?.isDurable === false;
}

/**
 * Notes how far the stage is. The note, and what it is about, outlive any process, but not yet the machine: it is
 * believed only as long as that has not been started anew.
 */
export async function writeProgress(place: RecordPlace, progress: Noted): Promise<void> {
  const temporary = temporaryOf(place);
  await named(`writing ${place.own}/${FILE}`, async () => {
    await writeFile(temporary, await textOf(place, { progress, durable: false }), { mode: 0o600, flag: 'wx' });
    await rename(temporary, `${place.own}/${FILE}`);
  });
}

/** Notes that the image root lies on the disk: from now on it is believed whatever happens to the machine. */
export async function writeDurable(place: RecordPlace): Promise<void> {
  const temporary = temporaryOf(place);
  await named(`writing ${place.own}/${FILE}`, async () => {
    {
      await using file = await open(temporary, 'wx', 0o600);
      await file.writeFile(await textOf(place, { progress: 'prepared', durable: true }));
      await file.sync();
    }
    await rename(temporary, `${place.own}/${FILE}`);
    await using directory = await open(place.own, 'r');
    await directory.sync();
  });
}

function temporaryOf({ own }: RecordPlace): string {
  return `${own}/${FILE}.${randomUUID()}`;
}

async function textOf({ job }: RecordPlace, noted: { progress: Noted; durable: boolean }): Promise<string> {
  return `${JSON.stringify({ job, ...noted, boot: await bootId() })}\n`;
}

interface PreparationRecord {
  readonly progress: Noted;
  readonly isDurable: boolean;
  readonly boot: string | undefined;
}

/** What was noted for this very job. */
async function read({ own, job }: RecordPlace): Promise<PreparationRecord | undefined> {
  const text = await named(
    `reading ${own}/${FILE}`,
    async () => await unless(['ENOENT', 'EISDIR', 'ELOOP'], async () => await readFile(`${own}/${FILE}`, 'utf8')),
  );
  return text === undefined ? undefined : decode(text, job);
}

function decode(text: string, job: string): PreparationRecord | undefined {
  try {
    const noted = JSON.parse(text) as Record<string, unknown>;
    const { progress, boot } = noted;
    if (noted['job'] !== job || (progress !== 'unpacked' && progress !== 'prepared')) return undefined;
    return { progress, isDurable: noted['durable'] === true, boot: typeof boot === 'string' ? boot : undefined };
  } catch {
    return undefined;
  }
}

async function isOfThisStart({ boot }: PreparationRecord): Promise<boolean> {
  return boot !== undefined && boot === (await bootId());
}

async function isDirectory(path: string): Promise<boolean> {
  const stats = await unless(['ENOENT', 'ENOTDIR'], async () => await lstat(path));
  return stats?.isDirectory() === true;
}
