// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { GetObjectCommand } from '@aws-sdk/client-s3';

import type { Reason } from '@ims/contract';
import { retrying } from '@ims/retry';
import { Failure, silentLogger, type Logger } from '@ims/runtime';
import { openAccess, retryRules, type Access } from './access.ts';
import { parseObjectAddress } from './address.ts';
import { isPassing, S3Failure } from './failure.ts';
import { lookUp, type Held } from './held.ts';
import type { S3Settings } from './settings.ts';
import { REASONS, type Role } from './transient.ts';

/** An object that can be read from any byte on. */
export interface S3Object extends Held {
  /** The md5 in its metadata, lower-case hex. */
  readonly md5sum: string | undefined;
  /**
   * Its bytes from `start` on, to the last. A connection that breaks is made again where it broke.
   *
   * @throws Failure as {@link openS3Object}; SourceUnavailable when the object was replaced meanwhile: it can be
   *   opened anew
   */
  read(start: number): AsyncIterable<Uint8Array>;
}

/** Which object, and how it is reached. */
export interface S3ObjectOptions {
  readonly settings: S3Settings;
  /** `s3://bucket/key` */
  readonly address: string;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  /** How failures are named: as those of the source of a job when left out. */
  readonly role?: Role;
  /** What it means that there is no such object: that the service refuses it when left out. */
  readonly absent?: Reason;
}

/**
 * Opens an object for reading.
 *
 * @throws Failure SourceUnavailable, SourceRefused, TransferStalled; for the role `store` StoreUnavailable, StoreRefused
 */
export async function openS3Object(options: S3ObjectOptions): Promise<S3Object> {
  const { settings, address, signal, logger = silentLogger, role = 'source' } = options;
  const { bucket, key } = parseObjectAddress(address);
  const access = openAccess({ bucket, settings, logger }, role);
  const held = await lookUp(access, { what: `looking for ${address}`, key, signal });
  if (held === undefined) throw new Failure(options.absent ?? REASONS[role].permanent, `there is no object ${address}`);
  const reading = { access, key, held, signal, role };
  return { ...held, md5sum: held.metadata['md5sum'], read: (start) => read(reading, start) };
}

interface Reading {
  readonly access: Access;
  readonly key: string;
  readonly held: Held;
  readonly signal: AbortSignal;
  readonly role: Role;
}

async function* read(reading: Reading, start: number): AsyncGenerator<Uint8Array> {
  const { access, key, held, signal } = reading;
  const rules = {
    ...retryRules(access.settings, access.logger),
    what: `reading ${key}`,
    signal,
    isTransient: isPassing,
  };
  let at = start;
  let body: AsyncIterator<Uint8Array> | undefined;
  const close = async (): Promise<void> => {
    const closing = body;
    body = undefined;
    await closing?.return?.().catch(() => undefined);
  };
  // Each piece has a budget of its own: what counts is how long nothing comes.
  const next = async (): Promise<Uint8Array> =>
    await retrying(rules, async () => {
      try {
        body ??= await open(reading, at);
        return await piece(reading, body, at);
      } catch (error) {
        await close();
        throw isOtherByNow(error) ? replaced(reading) : error;
      }
    });
  try {
    while (at < held.size) {
      const chunk = await next();
      at += chunk.byteLength;
      yield chunk;
    }
  } finally {
    await close();
  }
}

async function open(reading: Reading, at: number): Promise<AsyncIterator<Uint8Array>> {
  const { access, key, held, signal } = reading;
  const answer = await access.once(
    { what: `reading ${key}`, action: 's3:GetObject', key, signal },
    async (s3, options) => {
      const range = at === 0 ? {} : { Range: `bytes=${String(at)}-` };
      return await s3.send(
        new GetObjectCommand({ Bucket: access.bucket, Key: key, IfMatch: held.etag, ...range }),
        options,
      );
    },
  );
  if (answer.Body === undefined) throw cut(reading, at);
  return (answer.Body as unknown as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
}

async function piece(reading: Reading, body: AsyncIterator<Uint8Array>, at: number): Promise<Uint8Array> {
  const { access, key, signal, held } = reading;
  const result = await access.once(
    { what: `reading ${key}`, action: 's3:GetObject', key, signal },
    async () => await body.next(),
  );
  if (result.done === true) throw cut(reading, at);
  return result.value.subarray(0, held.size - at);
}

const PRECONDITION_FAILED = 412;

function isOtherByNow(error: unknown): boolean {
  return error instanceof S3Failure && error.status === PRECONDITION_FAILED;
}

/** No failure of S3, so that it is not asked for in vain again and again: the version that was opened is gone. */
function replaced({ access, key, role }: Reading): Failure {
  return new Failure(REASONS[role].passing, `s3://${access.bucket}/${key} was replaced while it was read`);
}

function cut({ access, key, role, held }: Reading, at: number): S3Failure {
  const meaning = `the answer ended after ${String(at)} of ${String(held.size)} bytes`;
  return new S3Failure({ role, target: `s3://${access.bucket}/${key}` }, { verdict: 'passing', meaning }, { code: '' });
}
