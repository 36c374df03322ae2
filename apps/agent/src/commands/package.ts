// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { digestFile } from '@ims/artifacts';
import type { CommonOptions } from '@ims/cli';
import { resumePoint, type ResumePoint } from '@ims/export';
import { Failure } from '@ims/runtime';

import { print, type CommandRow } from './command.ts';
import { tellStory, withJob, type Job } from './run.ts';

/** Checks and packs an image root, and puts nothing outside the volume. */
export const PACKAGE: CommandRow = {
  name: 'package',
  argument: 'volume',
  description: 'check the image root and pack it, without a shell and without storing anything; publish goes on',
  example: 'IMS_ACTION=create IMS_JOB_ID=… IMAGE_ROOT_ARCHIVE_NAME=cos-2.5 ims-agent package /mnt/image',
  run: async (start, parent, options) => {
    const work = async (job: Job): Promise<number> => await packImage(job, options.output);
    return await withJob(start, options, { arguments: { parent, goal: 'packed' }, work });
  },
};

async function packImage(job: Job, output: CommonOptions['output']): Promise<number> {
  const { start, config, wired } = job;
  refuseStored(resumePoint(await wired.ports.journal.entries(), config.settings.jobId));
  const { last, code } = await tellStory(job);
  if (last.phase !== 'Uploading') return code;
  const { archive } = config.layout;
  const { size, inputSize, compression, sums } = last.packed;
  const { md5, sha256 } = sums ?? (await digestFile(archive, start.termination.signal));
  print(start, output, {
    json: { archive, size, md5, sha256, inputSize, compression },
    rows: [
      ['archive', archive],
      ['bytes', String(size)],
      ['md5', md5],
      ['sha256', sha256],
      ['packed from bytes', String(inputSize)],
      ['compression', compression],
    ],
  });
  return code;
}

/** Packing again would leave an archive that is not what was stored. */
function refuseStored(point: ResumePoint): void {
  if (point.kind !== 'stored' && point.kind !== 'published') return;
  throw new Failure('ConfigurationInvalid', `the image of this job is ${point.kind} already`, {
    advice: point.kind === 'stored' ? 'ims-agent publish registers it' : 'start a new job for another image',
  });
}
