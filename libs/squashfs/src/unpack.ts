// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { lstat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';

import type { OnProgress } from '@ims/export';
import { Failure, type Logger, type Runner } from '@ims/runtime';
import { unpackArguments } from './arguments.ts';
import { notPermitted } from './not-permitted.ts';
import { withReadProgress } from './progress.ts';
import { readSuperblock } from './read-superblock.ts';
import type { Superblock } from './superblock.ts';
import { failureOf, remarksOf } from './verdict.ts';

/** What is unpacked, and where to. */
export interface UnpackOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  /** Absolute path of a squashfs. */
  readonly archive: string;
  /** Absolute; made in a directory that is there. Nothing may have the name. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly processors?: number;
}

/**
 * Unpacks a squashfs with owners, modes, attributes, links and device nodes; gives what its superblock says.
 * A file that cannot be restored in full fails it: an image that differs from its archive is not that image.
 *
 * @throws Failure ConfigurationInvalid, NoSpace, PackingFailed (unsquashfs missing or killed), PlatformUnavailable when
 *   the system refuses to restore an entry
 */
export async function unpack(options: UnpackOptions): Promise<Superblock> {
  const { runner, logger, archive, directory, signal, onProgress = () => undefined } = options;
  const superblock = await readSuperblock(archive);
  await requireFree(directory);
  const read = superblock.bytesUsed;
  const progress = { total: Promise.resolve(read), onProgress };
  const args = unpackArguments({
    archive,
    name: basename(directory),
    processors: options.processors ?? availableParallelism(),
  });
  const unpacking = { program: 'unsquashfs', args, cwd: dirname(directory), signal };
  const outcome = await withReadProgress(progress, async (onStarted) => await runner.run({ ...unpacking, onStarted }));
  const doing = `unpacking ${archive}`;
  const refused = notPermitted(doing, outcome);
  if (refused !== undefined) throw refused;
  const failure = failureOf(
    {
      program: 'unsquashfs',
      doing,
      target: directory,
      reason: 'ConfigurationInvalid',
      advice: 'give a sound squashfs image and a directory on a file system that can hold its attributes',
    },
    outcome,
  );
  if (failure !== undefined) throw failure;
  onProgress(read, read);
  for (const remark of remarksOf(outcome)) logger.warn({ program: 'unsquashfs' }, `unsquashfs says: ${remark}`);
  return superblock;
}

/** Some versions of unsquashfs write into a directory that is there, others do not. */
async function requireFree(directory: string): Promise<void> {
  const there = await lstat(directory).catch(() => undefined);
  if (there === undefined) return;
  throw new Failure('ConfigurationInvalid', `${directory} is there already, and nothing is unpacked over it`, {
    advice: 'name a directory that is not there',
  });
}
