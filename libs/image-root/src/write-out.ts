// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, type Runner } from '@ims/runtime';

import { isToBeWrittenOut, progressOf, writeDurable } from './preparation-record.ts';
import { recordPlaceOf, type VolumeOptions } from './volume.ts';

/** Whether something was left to be written out. */
export type WrittenOut = 'written out' | 'nothing to do';

/**
 * Lets the image root of a job outlive the machine. A file system keeps names before contents: without this, a machine
 * that fails leaves an image of empty files.
 *
 * @throws Failure PlatformUnavailable; the signal's reason
 */
export async function writeOutImageRoot(
  options: VolumeOptions & { readonly runner: Runner; readonly signal: AbortSignal },
): Promise<WrittenOut> {
  const record = recordPlaceOf(options);
  if (!(await isToBeWrittenOut(record))) return 'nothing to do';
  await writeOut(record.own, options);
  await writeDurable(record);
  return 'written out';
}

/**
 * Refuses an image root that the machine may have lost a part of: it was started anew before all was written out.
 *
 * @throws Failure ImageInvalid
 */
export async function refuseDoubtfulRoot(options: VolumeOptions): Promise<void> {
  if ((await progressOf(recordPlaceOf(options))) !== 'doubtful') return;
  const { imageRoot } = options.layout;
  throw new Failure('ImageInvalid', `the machine was started anew before ${imageRoot} was written out to its disk`, {
    advice: 'files of it may be empty; start a new job, what lies there is kept',
  });
}

async function writeOut(
  directory: string,
  { runner, signal }: { readonly runner: Runner; readonly signal: AbortSignal },
): Promise<void> {
  for (const args of [['-f', directory], []]) {
    const { exitCode } = await runner.run({ program: 'sync', args, signal });
    if (exitCode === 0) return;
  }
  throw new Failure('PlatformUnavailable', `what was unpacked cannot be written out to ${directory}: sync failed`, {
    advice: 'look at the volume and at the kernel log',
  });
}
