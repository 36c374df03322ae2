// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { IncomingMessage } from 'node:http';

import type { Exchange } from './exchange.ts';
import type { FaultOptions, Moment } from './options.ts';
import { bodyOf, firstBytes, headOf, writeAll } from './wire.ts';

type Step = (exchange: Exchange, options: FaultOptions) => Promise<void>;

/** How far the exchange goes before a break at each moment. */
const MOMENTS: Readonly<Record<Moment, Step>> = {
  before: async () => undefined,
  during: async (exchange, options) => await deliverPart(exchange, options),
  after: async (exchange) => {
    const answer = await exchange.deliver(exchange.body());
    answer.resume();
  },
  response: async (exchange, options) => await cutAnswer(exchange, options),
};

/** Lets the exchange go as far as `when` says. */
export async function breakAt(exchange: Exchange, options: FaultOptions): Promise<void> {
  await MOMENTS[options.when ?? 'before'](exchange, options);
}

/** Delivers the request and passes on the first part of the answer. */
export async function cutAnswer(exchange: Exchange, { afterBytes }: FaultOptions): Promise<void> {
  const answer = await exchange.deliver(exchange.body());
  exchange.seen.status = answer.statusCode;
  await writeAll(exchange.request.socket, partOf(answer, hasBody(exchange.request, answer), afterBytes));
}

async function* partOf(answer: IncomingMessage, body: boolean, afterBytes?: number): AsyncGenerator<Buffer> {
  const head = headOf(answer);
  if (!body) {
    yield head.subarray(0, head.length / 2);
    return;
  }
  yield head;
  yield* firstBytes(bodyOf(answer), partLength(lengthOf(answer), afterBytes));
}

async function deliverPart(exchange: Exchange, { afterBytes }: FaultOptions): Promise<void> {
  const passed = Promise.withResolvers<undefined>();
  const closed = Promise.withResolvers<undefined>();
  exchange.response.once('close', () => {
    closed.resolve(undefined);
  });
  const part = async function* (): AsyncGenerator<Buffer> {
    yield* firstBytes(exchange.body(), partLength(exchange.length, afterBytes));
    passed.resolve(undefined);
    await closed.promise;
  };
  exchange.deliver(part()).then(() => passed.resolve(undefined), passed.reject);
  await passed.promise;
}

/** Half of what is known; of what is not, one byte. Never all of it. */
function partLength(length: number | undefined, wanted: number | undefined): number {
  if (length === undefined) return wanted ?? 1;
  return Math.max(0, Math.min(wanted ?? Math.floor(length / 2), length - 1));
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function hasBody({ method }: IncomingMessage, answer: IncomingMessage): boolean {
  return method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304 && lengthOf(answer) !== 0;
}
