// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Manifest } from '@ims/contract';
import { temporaryDirectory } from '@ims/testing';

import type { Job } from './job.ts';

const run = promisify(execFile);

/** The image record as it lies in a directory registry. */
export interface Record {
  readonly id: string;
  readonly name: string;
  readonly arch: string;
  readonly link: { readonly path: string; readonly type: string; readonly etag: string } | null;
}

/** The ids of the images in the store of a job. */
export async function publishedImages(job: Job): Promise<string[]> {
  return await readdir(job.store).catch(() => []);
}

/** The one image that a job has published. */
export async function publishedImage(job: Job): Promise<{
  readonly id: string;
  readonly directory: string;
  readonly record: Record;
  readonly manifest: Manifest;
}> {
  const [id = 'none', ...others] = await publishedImages(job);
  if (others.length > 0) throw new Error(`more than one image is published: ${[id, ...others].join(', ')}`);
  const directory = `${job.store}/${id}`;
  return {
    id,
    directory,
    record: JSON.parse(await readFile(`${directory}/image.json`, 'utf8')) as Record,
    manifest: JSON.parse(await readFile(`${directory}/manifest.json`, 'utf8')) as Manifest,
  };
}

/** Unpacks the published root with unsquashfs and gives the directory. */
export async function unpack(job: Job): Promise<string> {
  const { directory } = await publishedImage(job);
  const into = `${await temporaryDirectory('unpacked')}/root`;
  await run('unsquashfs', ['-no-progress', '-d', into, `${directory}/rootfs`]);
  return into;
}

/** Sums of a file as other programs make them. */
export async function sumsOf(path: string): Promise<{ md5: string; sha256: string; size: number }> {
  const bytes = await readFile(path);
  const sum = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
  return { md5: sum('md5'), sha256: sum('sha256'), size: bytes.length };
}
