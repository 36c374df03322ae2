// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { CommonOptions } from '@ims/cli';
import type { StoredArtifact } from '@ims/contract';
import { resumePoint, type ResumePoint } from '@ims/export';
import { Failure } from '@ims/runtime';

import { print, type CommandRow } from './command.ts';
import { tellStory, withJob, type Job } from './run.ts';

/** Stores and registers what was packed. */
export const PUBLISH: CommandRow = {
  name: 'publish',
  argument: 'volume',
  description: 'store what was packed, verify it and register the image; once more changes nothing',
  example: 'IMS_ACTION=create IMS_JOB_ID=… IMAGE_ROOT_ARCHIVE_NAME=cos-2.5 ims-agent publish /mnt/image',
  run: async (start, parent, options) => {
    const work = async (job: Job): Promise<number> => await publishImage(job, options.output);
    return await withJob(start, options, { arguments: { parent, goal: 'published' }, work });
  },
};

async function publishImage(job: Job, output: CommonOptions['output']): Promise<number> {
  const { start, config, wired } = job;
  requirePacked(resumePoint(await wired.ports.journal.entries(), config.settings.jobId));
  const { last, code } = await tellStory(job);
  if (last.phase !== 'Succeeded') return code;
  const { imageId = '', manifest, artifacts } = last.facts;
  print(start, output, {
    json: { image: imageId, manifest: manifest?.path, artifacts },
    rows: [['image', imageId], ['manifest', manifest?.path ?? ''], ...artifacts.map(rowOf)],
  });
  return code;
}

function rowOf({ name, path, size, sha256 }: StoredArtifact): readonly [string, string] {
  return [name, `${path}  ${String(size)} bytes  sha256 ${sha256}`];
}

function requirePacked(point: ResumePoint): void {
  const isPacked = point.kind === 'closed' && point.packed !== undefined;
  if (isPacked || point.kind === 'stored' || point.kind === 'published') return;
  throw new Failure('ConfigurationInvalid', 'nothing is packed on this volume', {
    advice: 'ims-agent package packs the image root first; ims-agent run does everything',
  });
}
