// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { HttpProblem, type Http, type HttpProblemKind, type HttpStream } from '@ims/http';
import { AnsweredFailure, retryAfterOf } from '@ims/retry';
import { Failure, type Clock } from '@ims/runtime';

import { expiredSentence, identityOf, placeOf } from './presigned.ts';
import type { OpenedRange, RangeRequest, RangeSource } from './range-source.ts';

/** What an http source is made of. */
export interface HttpSourceOptions {
  readonly http: Pick<Http, 'stream'>;
  readonly url: URL;
  /** Milliseconds without a byte after which a transfer counts as stalled. */
  readonly stallMs: number;
  readonly clock: Pick<Clock, 'now'>;
}

const PASSING_STATUS: readonly number[] = [408, 425, 429];
const UNSATISFIABLE = 416;

/** Characters of an answer's body that are read to learn why it refuses. */
const SAID = 16 * 1024;

const KINDS: Readonly<Record<HttpProblemKind, 'SourceUnavailable' | 'TransferStalled' | 'SourceRefused'>> = {
  unreachable: 'SourceUnavailable',
  'timed-out': 'SourceUnavailable',
  stalled: 'TransferStalled',
  'cut-short': 'SourceUnavailable',
  'too-large': 'SourceRefused',
  certificate: 'SourceRefused',
  redirects: 'SourceRefused',
};

/** An image behind an http or https address, presigned or not. Its query never leaves this source (H34). */
export function httpSource(options: HttpSourceOptions): RangeSource {
  const { http, url, stallMs } = options;
  const open = async (request: RangeRequest): Promise<OpenedRange> => {
    const stream = await readable(async () => {
      const headers = headersFor(request);
      return await http.stream({ url: url.href, headers, stallMs, signal: request.signal });
    });
    if (stream.status === 200 || stream.status === 206) return openedRange(stream, request, url);
    if (stream.status === UNSATISFIABLE && request.start > 0) {
      stream.close();
      return await open({ ...request, start: 0 });
    }
    throw refusalOf(stream, await textOf(stream), options);
  };
  return {
    place: placeOf(url),
    identity: identityOf(url),
    open,
  };
}

function headersFor({ start, version }: RangeRequest): Record<string, string> {
  const plain = { accept: '*/*', 'accept-encoding': 'identity' };
  if (start === 0 || version === undefined) return plain;
  return { ...plain, range: `bytes=${String(start)}-`, 'if-range': version };
}

function openedRange(stream: HttpStream, request: RangeRequest, url: URL): OpenedRange {
  const { headers } = stream;
  const range = stream.status === 206 ? rangeOf(headers['content-range']) : { start: 0, size: sizeOf(headers) };
  if (range === undefined || (range.start !== request.start && range.start !== 0)) {
    stream.close();
    throw new Failure('SourceCorrupt', `${placeOf(url)} answers with other bytes than it was asked for`);
  }
  return {
    ...range,
    version: versionOf(headers),
    md5: /^[0-9a-f]{32}$/i.exec(headers['x-amz-meta-md5sum'] ?? '')?.[0].toLowerCase(),
    body: readableBody(stream.body),
    close: () => {
      stream.close();
    },
  };
}

function rangeOf(text: string | undefined): { start: number; size: number | undefined } | undefined {
  const match = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(text ?? '');
  if (match === null) return undefined;
  return { start: Number(match[1]), size: match[2] === '*' ? undefined : Number(match[2]) };
}

function sizeOf(headers: HttpStream['headers']): number | undefined {
  const text = headers['content-length'];
  return text === undefined || !/^\d{1,15}$/.test(text) ? undefined : Number(text);
}

/** What `If-Range` takes: a strong etag, else the date of the last change (RFC 9110, 13.1.5). */
function versionOf(headers: HttpStream['headers']): string | undefined {
  const { etag } = headers;
  return etag !== undefined && !etag.startsWith('W/') ? etag : headers['last-modified'];
}

function refusalOf({ status, headers }: HttpStream, said: string, { url, clock }: HttpSourceOptions): Failure {
  const code = /<Code>(\w{1,60})<\/Code>/.exec(said)?.[1];
  const words = `${placeOf(url)} answers ${String(status)}${code === undefined ? '' : ` (${code})`}`;
  const expired = status >= 400 && status < 500 ? expiredSentence(url, said, clock.now()) : undefined;
  if (expired !== undefined && status !== 404) return new Failure('SourceExpired', expired);
  const isPassing = status >= 500 || PASSING_STATUS.includes(status);
  const reason = isPassing ? 'SourceUnavailable' : 'SourceRefused';
  return new AnsweredFailure(reason, words, { retryAfterMs: retryAfterOf(headers) });
}

async function textOf(stream: HttpStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream.body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= SAID) break;
    }
  } catch {
    // The status alone says enough.
  }
  stream.close();
  return Buffer.concat(chunks).subarray(0, SAID).toString('utf8');
}

async function readable<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw failureOf(error);
  }
}

async function* readableBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw failureOf(error);
  }
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof HttpProblem)) return error;
  const advice =
    error.kind === 'certificate' ? { advice: 'let CA_CERT name the certificates that the server is trusted by' } : {};
  return new Failure(KINDS[error.kind], error.message, { ...advice, cause: error });
}
