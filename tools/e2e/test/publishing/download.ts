// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Manifest } from '@ims/contract';
import { awsCli, temporaryDirectory, type ImsImage } from '@ims/testing';

import type { World } from '../support/world.ts';

const run = promisify(execFile);

/** A published set as it came to a client that knows nothing of this project. */
export interface Download {
  readonly record: ImsImage;
  /** The objects as files, by the last part of their keys. */
  readonly directory: string;
  /** The manifest's own bytes. */
  readonly text: string;
  readonly manifest: Manifest;
}

/** The one image record that IMS has. */
export function onlyRecord({ ims }: World): ImsImage {
  const [record, ...others] = ims.images();
  if (record === undefined || others.length > 0) throw new Error(`IMS has not one record: ${JSON.stringify(others)}`);
  return record;
}

/** Downloads what IMS has the one record of. */
export async function download(world: World): Promise<Download> {
  const record = onlyRecord(world);
  const directory = `${await temporaryDirectory('download')}/image`;
  const aws = await awsCli(world.objects);
  await aws('s3', 'cp', '--recursive', '--only-show-errors', `s3://${world.objects.bucket}/${record.id}/`, directory);
  const text = await readFile(`${directory}/manifest.json`, 'utf8');
  return { record, directory, text, manifest: JSON.parse(text) as Manifest };
}

/** What the store says of an object. */
export interface ObjectHead {
  readonly etag: string;
  readonly size: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Asks for one object of the one image. */
export async function head(world: World, name: string): Promise<ObjectHead> {
  const aws = await awsCli(world.objects);
  const key = `${onlyRecord(world).id}/${name}`;
  const answer = JSON.parse(await aws('s3api', 'head-object', '--bucket', world.objects.bucket, '--key', key)) as {
    readonly ETag: string;
    readonly ContentLength: number;
    readonly Metadata: Readonly<Record<string, string>>;
  };
  return { etag: answer.ETag.replaceAll('"', ''), size: answer.ContentLength, metadata: answer.Metadata };
}

/** Unpacks an archive with unsquashfs and gives the directory. */
export async function unpackArchive(archive: string): Promise<string> {
  const into = `${await temporaryDirectory('unpacked')}/root`;
  await run('unsquashfs', ['-no-progress', '-d', into, archive]);
  return into;
}
