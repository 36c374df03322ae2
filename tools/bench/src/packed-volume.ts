// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';

import { takeSums } from '@ims/artifacts';
import type { ArchiveSums, ArtifactSource } from '@ims/export';
import { createVolume, type Volume } from '@ims/testing';

/** A volume on which a job has got as far as its packed archive, which `ims-agent publish` takes from there. */
export interface PackedVolume {
  readonly volume: Volume;
  /** What the agent is told of the job. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the job one that has stored nothing yet. */
  reset(): Promise<void>;
  /** Gives the room of the archive back at once. */
  remove(): Promise<void>;
}

/** Makes a volume with an archive of so many bytes: of noise, or of nothing, which takes no room on the disk. */
export async function makePackedVolume(archive: {
  readonly bytes: number;
  readonly of: 'noise' | 'holes';
}): Promise<PackedVolume> {
  const volume = await createVolume({ action: 'create' });
  const { layout, scratch } = volume;
  await mkdir(layout.private, { recursive: true, mode: 0o700 });
  await fill(layout.archive, archive);
  const job = randomUUID();
  const { size, sums } = await sumsOf(layout.archive);
  const packed = { size, inputSize: archive.bytes, compression: 'none', sums };
  const steps = [
    { step: 'opened', job },
    { step: 'closed', outcome: 'complete', message: '' },
    { step: 'packed', packed },
  ];
  const lines = steps.map((step) => `${JSON.stringify({ at: new Date().toISOString(), ...step })}\n`);
  return {
    volume,
    env: {
      IMS_ACTION: 'create',
      IMS_JOB_ID: job,
      IMS_REGISTRY: 'none',
      IMAGE_ROOT_PARENT: layout.parent,
      IMAGE_ROOT_ARCHIVE_NAME: 'bench',
      KERNEL_PARAMETERS_FILENAME: 'kernel-parameters',
      IMS_TERMINATION_LOG: `${scratch}/termination`,
    },
    remove: async () => {
      await rm(layout.archive);
    },
    reset: async () => {
      await rm(`${layout.private}/status.json`, { force: true });
      await writeFile(`${layout.private}/journal.jsonl`, lines.join(''), { mode: 0o600 });
    },
  };
}

/** As packing takes them. */
async function sumsOf(path: string): Promise<{ readonly size: number; readonly sums: ArchiveSums }> {
  await using file = await open(path);
  const { size } = await file.stat();
  const source: ArtifactSource = {
    name: 'rootfs',
    size,
    descriptor: file.fd,
    stream: () => file.createReadStream({ autoClose: false }),
    close: () => Promise.resolve(),
  };
  return { size, sums: await takeSums(source, new AbortController().signal) };
}

const PIECE = 16 * 1024 * 1024;

async function fill(path: string, { bytes, of }: { bytes: number; of: 'noise' | 'holes' }): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.truncate(bytes);
  if (of === 'holes') return;
  const noise = randomBytes(PIECE);
  for (let at = 0; at < bytes; at += PIECE) await file.write(noise, 0, Math.min(PIECE, bytes - at), at);
}
