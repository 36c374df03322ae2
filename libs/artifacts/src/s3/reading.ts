// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';

import type { ArtifactSource } from '@ims/export';
import { Failure } from '@ims/runtime';
import type { Digest } from '../digests.ts';
import { readThrough } from './buffers.ts';
import type { Part } from './part-plan.ts';
import { createWholeDigest } from './whole-digest.ts';

/** A piece that is handed to the socket; progress is told and aborts are seen between two of them. */
const PIECE_BYTES = 256 * 1024;

/** What is known of one part. */
export interface PartSums {
  /** In base64, as S3 writes it. */
  readonly sha256: string;
  /** Lower-case hex; what a server without checksums tells parts by. */
  readonly md5: string | undefined;
}

/** A source that was read once. */
export interface SourceSums {
  readonly digest: Digest;
  readonly parts: readonly PartSums[];
}

/**
 * Reads a source once: the digest of all and the checksums of its parts.
 *
 * @throws Failure VerificationFailed when it has fewer or more bytes than it said
 */
export async function readSums(
  source: ArtifactSource,
  plan: { readonly partBytes: number; readonly partMd5: 'wanted' | 'unwanted' },
  signal: AbortSignal,
): Promise<SourceSums> {
  await using whole = createWholeDigest(source.size);
  const parts: PartSums[] = [];
  const begin = (): { sha256: Hash; md5: Hash | undefined; left: number } => ({
    sha256: createHash('sha256'),
    md5: plan.partMd5 === 'wanted' ? createHash('md5') : undefined,
    left: plan.partBytes,
  });
  let part = begin();
  const end = (): void => {
    parts.push({ sha256: part.sha256.digest('base64'), md5: part.md5?.digest('hex') });
    part = begin();
  };
  for await (const chunk of readThrough(source)) {
    signal.throwIfAborted();
    await whole.update(chunk);
    for (let at = 0; at < chunk.byteLength;) {
      const piece = chunk.subarray(at, at + part.left);
      part.sha256.update(piece);
      part.md5?.update(piece);
      part.left -= piece.byteLength;
      at += piece.byteLength;
      if (part.left === 0) end();
    }
  }
  if (part.left < plan.partBytes) end();
  const digest = await whole.digest();
  if (digest.size !== source.size) throw wrongLength(source, digest.size);
  return { digest, parts };
}

/**
 * Reads a whole source into memory; for small ones.
 *
 * @throws Failure VerificationFailed when it has fewer or more bytes than it said
 */
export async function readWhole(source: ArtifactSource, signal: AbortSignal): Promise<Buffer> {
  const bytes = Buffer.alloc(source.size);
  let done = 0;
  for await (const chunk of source.stream()) {
    signal.throwIfAborted();
    const room = bytes.subarray(done);
    room.set(chunk.subarray(0, room.byteLength));
    done += chunk.byteLength;
    if (done > source.size) break;
  }
  if (done !== source.size) throw wrongLength(source, done);
  return bytes;
}

/** What a body is made of. */
export interface BodyOptions {
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly size: number;
  readonly name: string;
  /** How many bytes of this body were taken so far. */
  readonly onBytes: (done: number) => void;
}

/**
 * Sends a body of exactly `size` bytes. The request ends when its source fails, and rejects with why: by itself it
 * would wait for bytes for ever.
 */
export async function withBody<T>(
  options: BodyOptions,
  signal: AbortSignal,
  send: (stream: Readable, abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stream = Readable.from(pieces(options), { objectMode: false, highWaterMark: PIECE_BYTES });
  const broken = new AbortController();
  stream.once('error', (error) => {
    broken.abort(error);
  });
  try {
    return await send(stream, AbortSignal.any([signal, broken.signal]));
  } catch (error) {
    throw broken.signal.aborted ? broken.signal.reason : error;
  } finally {
    stream.destroy();
  }
}

async function* pieces({ chunks, size, name, onBytes }: BodyOptions): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      done += piece.byteLength;
      if (done > size) throw changed(name);
      yield piece;
      onBytes(done);
    }
  }
  if (done < size) throw changed(name);
}

/** Whether a part of the source still has the checksum that was found in the first pass. */
export async function isUnchanged(source: ArtifactSource, part: Part, sums: PartSums): Promise<boolean> {
  const hash = createHash('sha256');
  for await (const chunk of source.stream(part)) hash.update(chunk);
  return hash.digest('base64') === sums.sha256;
}

/** A source that does not hold still. */
export function changed(name: string): Failure {
  return new Failure('VerificationFailed', `${name} was not stored: its source changed while it was read`, {
    advice: 'find out what writes to the image root or to the archive, then resume the job',
  });
}

function wrongLength(source: ArtifactSource, got: number): Failure {
  const found = got > source.size ? 'more' : String(got);
  return new Failure(
    'VerificationFailed',
    `${source.name} was not stored: its source said ${String(source.size)} bytes and gave ${found}`,
  );
}
