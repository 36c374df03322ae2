// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { createAttributes, removePath } from '@ims/image-root';
import { complaintOf, Failure, type Command, type Logger, type Runner } from '@ims/runtime';
import { unpack } from '@ims/squashfs';
import { notAnImageRoot, type Compression, type ImageSource } from './image-source.ts';
import { bytesText, freeAt, measure, sharesBlocks, shortage } from './space.ts';

/** What making a working copy needs. */
export interface CopyPorts {
  readonly runner: Runner;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const MAKE_ROOM = { advice: 'free space there, or set IMS_JOB_HOME to a larger file system' };

/**
 * Makes the job's own copy of an image root at `target`; the source is only read.
 *
 * @throws Failure NoSpace, ConfigurationInvalid; the unfinished copy is gone then
 */
export async function makeWorkingCopy(source: ImageSource, target: string, ports: CopyPorts): Promise<void> {
  const attributes = createAttributes(ports);
  await removePath(target, attributes);
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  await requireSpace(source, dirname(target), ports);
  try {
    await fill(source, target, ports);
    await requireImageRoot(source, target);
  } catch (error) {
    await removePath(target, attributes);
    throw error;
  }
}

async function requireSpace(source: ImageSource, place: string, ports: CopyPorts): Promise<void> {
  const need = await measure(source, place, ports);
  const packed = source.kind === 'tar' && source.compression !== 'none' ? ' packed' : '';
  ports.logger.info(
    {},
    `copies the image root from ${source.path} (${bytesText(need.bytes)}${packed}) to the job's volume`,
  );
  if (await sharesBlocks(source, place)) return;
  const problem = shortage(need, await freeAt(place), place);
  if (problem !== undefined) throw new Failure('NoSpace', problem, MAKE_ROOM);
}

async function fill(source: ImageSource, target: string, ports: CopyPorts): Promise<void> {
  if (source.kind === 'squashfs') {
    await unpack({ ...ports, archive: source.path, directory: target });
    return;
  }
  if (source.kind === 'tar') await mkdir(target, { mode: 0o755 });
  const command = copyCommand(source, target);
  const outcome = await ports.runner.run({ ...command, signal: ports.signal });
  if (outcome.exitCode === 0) return;
  const message = `--image ${source.path} could not be copied to ${target}: ${command.program}: ${complaintOf(outcome)}`;
  const { bytes, inodes } = await freeAt(dirname(target));
  if (bytes < 1_000_000 || inodes < 16) throw new Failure('NoSpace', message, MAKE_ROOM);
  throw new Failure('ConfigurationInvalid', message, { advice: 'mend the image that is named; it was not changed' });
}

const TAR_FILTERS: Readonly<Record<Compression, readonly string[]>> = {
  none: [],
  gzip: ['--gzip'],
  xz: ['--xz'],
  // Archives that were packed with a window of up to 2 GiB (zstd --long=31); tar's own --zstd stops at 128 MiB.
  zstd: ['--use-compress-program=zstd --long=31'],
  bzip2: ['--bzip2'],
};

/** The program that copies, with owners, modes, times, links, holes, devices and extended attributes. */
function copyCommand(source: Exclude<ImageSource, { kind: 'squashfs' }>, target: string): Command {
  if (source.kind === 'directory') {
    // -x leaves out what is mounted into the directory, pseudo file systems above all (H26).
    return { program: 'cp', args: ['-a', '-x', '--reflink=auto', '-T', '--', source.path, target] };
  }
  const keep = ['--same-permissions', '--same-owner', '--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls'];
  const from = [`--directory=${target}`, `--file=${source.path}`];
  return { program: 'tar', args: ['--extract', ...keep, ...TAR_FILTERS[source.compression], ...from] };
}

async function requireImageRoot(source: ImageSource, target: string): Promise<void> {
  const problem = notAnImageRoot(await readdir(target));
  if (problem === undefined) return;
  throw new Failure('ConfigurationInvalid', `--image ${source.path} ${problem}`, {
    advice: 'give the archive whose top holds etc and usr; the image was not changed',
  });
}
