// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';

import { makeDemoImage } from '@ims/demo-image';
import { systemClock } from '@ims/runtime';
import { readBootDirectory } from './boot-directory.ts';
import { chooseBootNames, type Choice } from './boot-names.ts';
import { layoutOfJob, type JobPaths } from '../job/home.ts';
import { findImageSource, type ImageSource } from './image-source.ts';
import { writeRecord, type JobRecord } from '../job/record.ts';
import type { LocalPorts } from '../ports.ts';
import { makeWorkingCopy } from './working-copy.ts';
import { makeJobDirectories } from '../job/workspace.ts';

/** The demonstration image, made on the first use. */
export async function demoSource(ports: LocalPorts): Promise<ImageSource> {
  const { path, cached } = await makeDemoImage({
    cache: ports.home.cache,
    runner: ports.runner,
    onStep: (step) => ports.logger.info({}, step),
    signal: ports.interruption.signal,
  });
  if (cached) ports.logger.info({}, `takes the demonstration image from ${path}`);
  const found = await findImageSource(path);
  if ('problem' in found) throw new Error(found.problem);
  return found.source;
}

/**
 * Brings the image root of a job to its volume and chooses what of its `/boot` is published, of a directory before it
 * is copied. Gives the record with what is known now; a job that was prepared before is not prepared again.
 */
export async function prepareImage(paths: JobPaths, record: JobRecord, ports: LocalPorts): Promise<JobRecord> {
  if (record.boot !== undefined) return record;
  const began = systemClock.monotonic();
  const root = layoutOfJob(paths, record).imageRoot;
  const early = record.source.kind === 'directory' ? await chooseFrom(record.source.path, record) : undefined;
  await makeJobDirectories(paths);
  if (record.inPlace) await mkdir(root, { recursive: true, mode: 0o755 });
  else {
    await makeWorkingCopy(record.source, root, {
      runner: ports.runner,
      logger: ports.logger,
      signal: ports.interruption.signal,
    });
  }
  const { names, notes } = early ?? (await chooseFrom(imageRootOf(paths, record), record));
  notes.forEach((note) => ports.logger.warn({}, note));
  const preparing = (systemClock.monotonic() - began) / 1000;
  const prepared = { ...record, boot: names, preparing: Number(preparing.toFixed(3)) };
  await writeRecord(paths.record, prepared);
  return prepared;
}

async function chooseFrom(imageRoot: string, { wanted, architecture }: JobRecord): Promise<Choice> {
  return chooseBootNames(await readBootDirectory(imageRoot), wanted, architecture);
}

/** Where the image root lies for this process: a job in place has it mounted in its own namespaces only. */
export function imageRootOf(paths: JobPaths, record: JobRecord): string {
  return record.inPlace ? record.source.path : layoutOfJob(paths, record).imageRoot;
}

/** The image's name when none is given: that of the file or directory without what tells its format. */
export function defaultName(path: string): string {
  const name = basename(path).replace(/\.(sqsh|squashfs|sqfs|img|tgz|txz|(tar(\.(gz|xz|zst|bz2))?))$/i, '');
  return name === '' ? 'image' : name;
}
