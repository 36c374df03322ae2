// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';

import { silentLogger, type Logger } from '@ims/runtime';
import { trustOnly } from '@ims/http';
import type { ObjectStore } from '@ims/testing';
import type { S3Settings } from '../src/index.ts';
import type { S3StoreOptions } from '../src/s3/store.ts';

const MIB = 1024 * 1024;

/** The least that S3 takes. */
export const PART = 5 * MIB;

/** Settings that fail fast, for a server or for what stands before it. */
export function settingsOf(server: ObjectStore, changes: Partial<S3Settings> = {}): S3Settings {
  return {
    endpoint: server.endpoint,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
    trust: trustOnly([]),
    stallMs: 20_000,
    retry: { budgetMs: 20_000, firstMs: 1, longestMs: 5 },
    partBytes: PART,
    ...changes,
  };
}

/** The same as options of a store in the server's bucket. */
export function optionsOf(
  server: ObjectStore,
  changes: Partial<S3Settings> = {},
  logger: Logger = silentLogger,
): S3StoreOptions {
  return { ...settingsOf(server, changes), bucket: server.bucket, logger };
}

/** A look into a bucket that does not go through the store. */
export interface Bucket {
  readObject(path: string): Promise<Uint8Array>;
  /** The names of the objects of an image and, marked, of its unfinished uploads. */
  list(imageId: string): Promise<string[]>;
  uploads(prefix?: string): Promise<string[]>;
  head(path: string): Promise<HeadObjectCommandOutput>;
  /** Puts other bytes in the place of an object, with its metadata. */
  swap(path: string, bytes: Uint8Array): Promise<void>;
  readonly client: S3Client;
}

/** Looks into the bucket of a server. */
export function bucketOf(
  server: Pick<ObjectStore, 'endpoint' | 'region' | 'accessKey' | 'secretKey' | 'bucket'>,
): Bucket {
  const client = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    forcePathStyle: true,
    credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey },
  });
  const Bucket = server.bucket;
  const keyOf = (path: string): string => path.replace(`s3://${Bucket}/`, '');
  const uploads = async (prefix = ''): Promise<string[]> => {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }));
    return (Uploads ?? []).map(({ Key }) => Key ?? '');
  };
  const head = async (path: string): Promise<HeadObjectCommandOutput> =>
    await client.send(new HeadObjectCommand({ Bucket, Key: keyOf(path), ChecksumMode: 'ENABLED' }));
  return {
    client,
    uploads,
    head,
    swap: async (path, bytes) => {
      const { Metadata } = await head(path);
      await client.send(new PutObjectCommand({ Bucket, Key: keyOf(path), Body: bytes, Metadata }));
    },
    readObject: async (path) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(path) }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },
    list: async (imageId) => {
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${imageId}/` }));
      const names = (Contents ?? []).map(({ Key }) => (Key ?? '').slice(imageId.length + 1));
      const unfinished = (await uploads(`${imageId}/`)).map((key) => `unfinished ${key.slice(imageId.length + 1)}`);
      return [...names, ...unfinished];
    },
  };
}
