// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import type { LinkType } from '@ims/contract';
import type { ImageIdentity, ImageRegistry, ManifestLocation } from '@ims/export';
import { Failure, systemClock, type Clock } from '@ims/runtime';
import { createTemporary, PRIVATE_DIRECTORY_MODE, publish, syncDirectory, writeAll } from '../files.ts';
import { checkedImageId, imageIdOf } from '../identifiers.ts';
import { codeOf } from '../store-io.ts';
import { temporaryOf } from '../write-verified.ts';
import { decodeImageRecord, type ImageRecord } from './image-record.ts';

/** What a directory registry is made of. */
export interface DirectoryRegistryOptions {
  /** May be the store's own; made by whoever prepares that. */
  readonly directory: string;
  /** `x86_64` or `aarch64`. */
  readonly arch: string;
  readonly clock?: Pick<Clock, 'now'>;
}

type Link = ManifestLocation & { readonly linkType: LinkType };

/**
 * The image records as files, `<image id>/image.json`, with the fields of an IMS image (reference §6.3).
 * The id follows from the job's, so a crash at any instant leaves no second record (H3).
 */
export function createDirectoryRegistry(options: DirectoryRegistryOptions): ImageRegistry {
  const directory = resolve(options.directory);
  const clock = options.clock ?? systemClock;
  return {
    create: async ({ jobId, imageName }, signal) => {
      signal.throwIfAborted();
      const id = imageIdOf(jobId);
      const record = await readRecord(directory, id);
      if (record === undefined) {
        const created = clock.now().toISOString();
        const metadata = { job: jobId };
        await writeRecord(directory, { id, name: imageName, created, arch: options.arch, link: null, metadata });
      }
      return id;
    },
    link: async (image, manifest, signal) => {
      signal.throwIfAborted();
      await link(directory, image, manifest);
    },
    // There is no record of the job to tell: the image's own names it.
    announce: async () => undefined,
    withdraw: async (image, signal) => {
      signal.throwIfAborted();
      return await withdraw(directory, checkedImageId(image.imageId));
    },
  };
}

async function link(directory: string, image: ImageIdentity, manifest: Link): Promise<void> {
  const id = checkedImageId(image.imageId);
  const record = await readRecord(directory, id);
  if (record === undefined) throw refused(`${recordPath(directory, id)} is gone: nothing to link the manifest to`);
  const wanted = { path: manifest.path, etag: manifest.etag, type: manifest.linkType };
  if (record.link !== null && !isSameLink(record.link, wanted)) {
    // As IMS answers 409: an image that somebody may have booted is not changed under its id.
    throw refused(`the image record ${id} is linked to another manifest, ${record.link.path}`);
  }
  // Written again even when it stands there: the crash may have come before it was durable.
  await writeRecord(directory, { ...record, link: wanted });
}

async function withdraw(directory: string, id: string): Promise<boolean> {
  const record = await readRecord(directory, id);
  if (record === undefined) return true;
  if (record.link !== null) return false;
  const path = recordPath(directory, id);
  await rm(path, { force: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  await syncDirectory(dirname(path));
  return true;
}

function isSameLink(a: NonNullable<ImageRecord['link']>, b: NonNullable<ImageRecord['link']>): boolean {
  return a.path === b.path && a.etag === b.etag && a.type === b.type;
}

function recordPath(directory: string, id: string): string {
  return join(directory, id, 'image.json');
}

async function readRecord(directory: string, id: string): Promise<ImageRecord | undefined> {
  const path = recordPath(directory, id);
  try {
    return decodeImageRecord(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error instanceof Failure ? error : unwritable(path, error);
  }
}

async function writeRecord(directory: string, record: ImageRecord): Promise<void> {
  const path = recordPath(directory, record.id);
  try {
    await mkdir(join(directory, record.id), { mode: PRIVATE_DIRECTORY_MODE }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await syncDirectory(directory);
    const temporary = temporaryOf(path);
    {
      await using handle = await createTemporary(temporary);
      await writeAll(handle, Buffer.from(`${JSON.stringify(record, undefined, 4)}\n`));
      await handle.sync();
    }
    await publish(temporary, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): Failure {
  const code = codeOf(error) ?? String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Failure('NoSpace', `the image record ${path} cannot be written (${code})`, { cause: error });
  }
  return new Failure('RegistrationFailed', `the image record ${path} cannot be read or written: ${code}`, {
    advice: 'create or mount the directory and let this program write there, then resume the job',
    cause: error,
  });
}

function refused(message: string): Failure {
  return new Failure('RegistrationFailed', message);
}
