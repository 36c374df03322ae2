// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { Exchange } from './exchange.ts';
import type { FaultOptions } from './options.ts';
import { bodyOf, headOf, writeAll } from './wire.ts';

const DROP_BYTES = 16;
const EVERY_MS = 5;

/** Passes a request and its answer on as they are. */
export async function pass(exchange: Exchange): Promise<void> {
  await exchange.relay(await exchange.deliver(exchange.body()));
}

/** Passes them on with one direction slowed down. */
export async function drip(exchange: Exchange, options: FaultOptions): Promise<void> {
  if (options.direction === 'request') {
    await exchange.relay(await exchange.deliver(inDrops(exchange.body(), options)));
    return;
  }
  const answer = await exchange.deliver(exchange.body());
  exchange.seen.status = answer.statusCode;
  const { socket } = exchange.request;
  await writeAll(socket, inDrops(wholeOf(answer), options));
  socket.end();
}

/** Delivers the request twice, the second time when the first has been answered. Its body is held in memory. */
export async function deliverTwice(exchange: Exchange, { answer = 'first' }: FaultOptions): Promise<void> {
  const body: Buffer[] = [];
  const first = await exchange.deliver(kept(exchange.body(), body));
  const second = await exchange.deliver(again(body));
  const [told, hidden] = answer === 'first' ? [first, second] : [second, first];
  hidden.resume();
  await exchange.relay(told);
}

async function* wholeOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  yield headOf(answer);
  yield* bodyOf(answer);
}

async function* inDrops(source: AsyncIterable<Buffer>, options: FaultOptions): AsyncGenerator<Buffer> {
  const { dropBytes = DROP_BYTES, everyMs = EVERY_MS } = options;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += dropBytes) {
      yield chunk.subarray(at, at + dropBytes);
      await delay(everyMs);
    }
  }
}

async function* kept(source: AsyncIterable<Buffer>, copy: Buffer[]): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    copy.push(chunk);
    yield chunk;
  }
}

async function* again(body: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* body;
}

/** Delivers a body that is as long as what came, and not the same. */
export async function deliverOther(exchange: Exchange): Promise<void> {
  await exchange.relay(await exchange.deliver(withOtherFirst(exchange.body())));
}

async function* withOtherFirst(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of body) {
    const [first = 0] = chunk;
    yield isFirst ? Buffer.concat([Buffer.from([first ^ 1]), chunk.subarray(1)]) : chunk;
    isFirst = false;
  }
}
