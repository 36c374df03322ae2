// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput } from '@aws-sdk/client-s3';

import type { Manifest } from '@ims/contract';
import type { Digest } from '../digests.ts';
import type { Access, Call } from './access.ts';
import { isAbsent, isAnswer, isDenied } from './failure.ts';
import { adapting } from './traits.ts';

/** An object as S3 tells of it. */
export interface Held {
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** In base64; with a dash and a number for an object of several parts. */
  readonly sha256: string | undefined;
  /** Whether the etag comes of the md5 of the bytes; it does not where the service encrypts them by a key of its own. */
  readonly etagOf: 'bytes' | 'secret';
}

/** What an object must be. */
export interface Wanted {
  readonly digest: Digest;
  /** How many parts it is sent in, and the sha256 of their sha256s in hex: S3 may tell that one instead. */
  readonly parts: { readonly count: number; readonly sha256: string };
  /** Its etag, which is asked for where the service keeps no sha256: the md5, or that of the md5s of the parts. */
  readonly etag: () => Promise<string>;
}

/** How often an object is asked for that is there by one word and is not by another. */
const LOOKS = 3;

/** An object on which something depends. */
type Question = Omit<Call, 'action'> & { readonly key: string };

const READING = { action: 's3:GetObject' } as const;

/**
 * Asks for an object; `undefined` when there is none. A 404 of whatever stands before the service would end a job or
 * have everything sent again, and a HEAD does not tell whose it is: so there is none only when a GET says so too.
 */
export async function lookUp(access: Access, question: Question): Promise<Held | undefined> {
  let held = await head(access, question);
  for (let look = 1; look < LOOKS && held === undefined && (await isThere(access, question)); look += 1)
    held = await head(access, question);
  return held;
}

/** Asks for an object that need not be there; without the right to list, S3 denies access to one that is not. */
export async function lookUpBefore(access: Access, question: Question): Promise<Held | undefined> {
  try {
    return await head(access, question);
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}

async function head(access: Access, question: Question): Promise<Held | undefined> {
  try {
    return await adapting(access.learned, 'asking', async ({ asking }) => {
      const mode = asking === 'plainly' ? {} : ({ ChecksumMode: 'ENABLED' } as const);
      const input = { Bucket: access.bucket, Key: question.key, ...mode };
      return await access.call({ ...question, ...READING, bare404: 'absent' }, async (s3, options) =>
        heldOf(await s3.send(new HeadObjectCommand(input), options)),
      );
    });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function isThere(access: Access, question: Question): Promise<boolean> {
  try {
    await access.call({ ...question, ...READING }, async (s3, options) => {
      const input = { Bucket: access.bucket, Key: question.key, Range: 'bytes=0-0' };
      await (await s3.send(new GetObjectCommand(input), options)).Body?.transformToByteArray();
    });
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    // An object without a byte has no first one.
    if (isAnswer(error, 416, 'InvalidRange', '')) return true;
    throw error;
  }
}

function heldOf(answer: HeadObjectCommandOutput): Held {
  return {
    size: answer.ContentLength ?? 0,
    etag: (answer.ETag ?? '').replaceAll('"', ''),
    metadata: answer.Metadata ?? {},
    sha256: answer.ChecksumSHA256,
    etagOf: isSecret(answer) ? 'secret' : 'bytes',
  };
}

/** See "ETag" at https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html */
function isSecret({ ServerSideEncryption, SSECustomerAlgorithm }: HeadObjectCommandOutput): boolean {
  return ServerSideEncryption?.startsWith('aws:kms') === true || SSECustomerAlgorithm !== undefined;
}

/**
 * How an object differs from what it must be; `undefined` when it does not (H20). Its metadata are what was sent with
 * it and tell nothing of its bytes: a checksum that the service has computed has to.
 */
export async function differenceOf(held: Held | undefined, wanted: Wanted): Promise<string | undefined> {
  if (held === undefined) return 'is not there';
  const difference = differenceInSums(held, wanted.digest);
  if (difference !== undefined) return difference;
  if (held.sha256 !== undefined)
    return checksumsOf(wanted).includes(held.sha256) ? undefined : `has the checksum ${held.sha256}`;
  if (held.etagOf === 'secret') return undefined;
  const etag = await wanted.etag();
  return held.etag === etag ? undefined : `has the etag ${held.etag} instead of ${etag}`;
}

/** How an object differs from what a manifest says of it; its etag tells that nobody has written to it since. */
export function differenceFrom(artifact: Manifest['artifacts'][number], held: Held | undefined): string | undefined {
  if (held === undefined) return 'is not there';
  const { etag } = artifact.link;
  return (
    differenceInSums(held, artifact) ?? (held.etag === etag ? undefined : `has the etag ${held.etag}, not ${etag}`)
  );
}

function differenceInSums(held: Held, { size, md5, sha256 }: Digest): string | undefined {
  if (held.size !== size) return `has ${String(held.size)} bytes instead of ${String(size)}`;
  for (const [key, value] of [
    ['md5sum', md5],
    ['sha256sum', sha256],
  ] as const) {
    const found = held.metadata[key];
    if (found !== value) return `has ${found ?? 'nothing'} as its ${key} instead of ${value}`;
  }
  return undefined;
}

function checksumsOf({ digest, parts }: Wanted): string[] {
  return [inBase64(digest), `${inBase64(parts)}-${String(parts.count)}`];
}

function inBase64({ sha256 }: { readonly sha256: string }): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}
