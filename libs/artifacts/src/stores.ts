// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ArtifactStore } from '@ims/export';
import { Failure, type Logger } from '@ims/runtime';
import { createDirectoryStore } from './directory/store.ts';
import { isBucketName } from './s3/address.ts';
import type { S3Settings } from './s3/settings.ts';

/** Where artifacts are published. */
export type StoreAddress =
  | {
      readonly kind: 'directory';
      /** Absolute path. */
      readonly directory: string;
    }
  | { readonly kind: 's3'; readonly bucket: string };

/** The name of a kind of store. */
export type StoreKind = StoreAddress['kind'];

/** What a store is opened with besides its address. */
export interface StoreTools {
  readonly logger: Logger;
  /** Needed for a store in S3. */
  readonly s3?: S3Settings;
  /** The id of the job that stores something. */
  readonly job?: string;
}

interface StoreRow<Address extends StoreAddress> {
  /** The schemes of its addresses; the empty one stands for a plain path. */
  readonly schemes: readonly string[];
  /** How its address is written. */
  readonly example: string;
  readonly parse: (text: string) => Address;
  readonly open: (address: Address, tools: StoreTools) => Promise<ArtifactStore>;
}

type StoreTable = { readonly [K in StoreKind]: StoreRow<Extract<StoreAddress, { kind: K }>> };

/** Every kind of store; another one is another row. */
const STORES: StoreTable = {
  directory: {
    schemes: ['', 'file'],
    example: '/srv/images or file:///srv/images',
    parse: (text) => ({ kind: 'directory', directory: directoryOf(text) }),
    open: async ({ directory }, { logger }) => createDirectoryStore({ directory, logger }),
  },
  s3: {
    schemes: ['s3'],
    example: 's3://boot-images',
    parse: (text) => ({ kind: 's3', bucket: bucketOf(text) }),
    open: async ({ bucket }, { logger, s3, job }) => {
      const settings = settingsFor(bucket, s3);
      // The SDK costs a quarter of a second and 30 MB: only who uses it pays for it.
      const { createS3Store } = await import('./s3/store.ts');
      return createS3Store({ ...settings, bucket, logger, job });
    },
  },
};

const ROWS = Object.values(STORES);

/**
 * Reads the address of a store, `IMS_STORE` or `--store`; a relative path counts from the working directory.
 *
 * @throws Failure ConfigurationInvalid for an address that no store of this version has
 */
export function parseStoreAddress(text: string): StoreAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase() ?? '';
  const row = ROWS.find(({ schemes }) => schemes.includes(scheme));
  if (row === undefined) throw refuse(text, `there is no store of kind ${scheme}`);
  return row.parse(text);
}

/**
 * Opens the store at an address.
 *
 * @throws Failure ConfigurationInvalid for a store in S3 when nothing says how S3 is reached
 */
export async function openStore(address: StoreAddress, tools: StoreTools): Promise<ArtifactStore> {
  return address.kind === 's3' ? await STORES.s3.open(address, tools) : await STORES.directory.open(address, tools);
}

function settingsFor(bucket: string, settings: S3Settings | undefined): S3Settings {
  if (settings !== undefined) return settings;
  throw new Failure('ConfigurationInvalid', `nothing says how s3://${bucket} is reached`, {
    advice: 'set S3_ENDPOINT, S3_ACCESS_KEY and S3_SECRET_KEY',
  });
}

function bucketOf(text: string): string {
  const name = /^s3:\/\/([^/]*)\/?$/i.exec(text)?.[1];
  if (name === undefined) throw refuse(text, 'an image lies at the top of a bucket, below no other key');
  if (!isBucketName(name)) throw refuse(text, 'it names no bucket');
  return name;
}

function directoryOf(text: string): string {
  if (text.trim() === '' || text.includes('\0')) throw refuse(text, 'it names no directory');
  if (!/^file:/i.test(text)) return resolve(text);
  try {
    return resolve(fileURLToPath(text));
  } catch (error) {
    throw refuse(text, error instanceof Error ? error.message : String(error));
  }
}

function refuse(text: string, why: string): Failure {
  const examples = ROWS.map(({ example }) => example).join(', ');
  // Whatever stands before an @ may be a password (H34).
  const shown = JSON.stringify(text.replace(/\/\/[^/]*@/, '//…@'));
  return new Failure('ConfigurationInvalid', `the store ${shown} cannot be used: ${why}; accepted: ${examples}`);
}
