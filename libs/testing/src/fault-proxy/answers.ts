// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { STATUS_CODES, type IncomingMessage } from 'node:http';

import type { Exchange } from './exchange.ts';
import type { Dialect, FaultOptions } from './options.ts';
import { readAll } from './wire.ts';

/** A body and what it says it is. */
interface FaultBody {
  readonly type: string;
  readonly text: string;
}

/** A whole answer of the proxy's own. */
export interface FaultAnswer extends FaultBody {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What S3 calls the refusals, from Amazon's list of error responses. */
const S3_CODES: Readonly<Record<number, string>> = { 403: 'AccessDenied', 500: 'InternalError', 503: 'SlowDown' };

const DIALECTS: Readonly<Record<Dialect, (status: number, title: string, code?: string) => FaultBody>> = {
  plain: (_, title) => ({ type: 'text/plain', text: `${title}\n` }),
  html: (status, title) => ({
    type: 'text/html',
    text: `<html><head><title>${String(status)} ${title}</title></head><body><h1>${title}</h1></body></html>\n`,
  }),
  problem: (status, title) => ({
    type: 'application/problem+json',
    text: JSON.stringify({ type: 'about:blank', title, status, detail: `${title}, says the fault proxy` }),
  }),
  s3: (status, title, code = S3_CODES[status] ?? 'InternalError') => ({
    type: 'application/xml',
    text:
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<Error><Code>${code}</Code><Message>${title}</Message>` +
      '<RequestId>fault-proxy</RequestId></Error>',
  }),
};

/** Refuses in the words that the request's own server would choose. */
export async function refuse(exchange: Exchange, status: number, options: FaultOptions): Promise<void> {
  const { dialect = dialectOf(exchange.request), code } = options;
  const body = DIALECTS[dialect](status, STATUS_CODES[status] ?? 'Error', code);
  await answerAlone(exchange, { status, headers: headersOf(options), ...body });
}

/** The headers that the test wants; one says when to come again. */
export function headersOf({ headers, retryAfter }: FaultOptions): Readonly<Record<string, string>> {
  return { ...headers, ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }) };
}

/** A body of the test's own. */
export function bodyOf(text: string): FaultBody {
  return { type: text.startsWith('{') ? 'application/json' : 'text/html', text };
}

/** Reads the request to its end and answers in the target's place. */
export async function answerAlone(exchange: Exchange, answer: FaultAnswer): Promise<void> {
  const { response, seen } = exchange;
  // An answer to a client that is still sending may be lost in the reset that unread bytes cause.
  exchange.invite();
  await readAll(exchange.body());
  seen.status = answer.status;
  const length = Buffer.byteLength(answer.text);
  response.writeHead(answer.status, { ...answer.headers, 'Content-Type': answer.type, 'Content-Length': length });
  response.end(answer.text);
}

function dialectOf({ headers, url }: IncomingMessage): Dialect {
  const signed = headers.authorization?.startsWith('AWS4-') === true || url?.includes('X-Amz-Signature=') === true;
  return signed ? 's3' : 'problem';
}
