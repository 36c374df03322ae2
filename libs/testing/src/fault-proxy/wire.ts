// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';

/** They belong to one connection, of which the proxy has two. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection']);

/** The headers as they came, in their order and spelling, without those of the connection. */
export function headersOf({ rawHeaders }: IncomingMessage): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/** The response up to its body as it goes over the wire, with word that the connection will end. */
export function headOf(answer: IncomingMessage): Buffer {
  const headers = headersOf(answer);
  const lines = headers.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${headers[at + 1] ?? ''}\r\n`] : []));
  const status = `HTTP/1.1 ${String(answer.statusCode)} ${answer.statusMessage ?? ''}\r\n`;
  return Buffer.from(`${status}${lines.join('')}Connection: close\r\n\r\n`, 'latin1');
}

/** The body of the response as it goes over the wire. */
export async function* bodyOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  const isChunked = answer.headers['transfer-encoding'] !== undefined;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    yield isChunked
      ? Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')])
      : chunk;
  }
  if (isChunked) yield Buffer.from('0\r\n\r\n');
}

/** The first bytes of a stream. */
export async function* firstBytes(source: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let left = limit;
  if (left <= 0) return;
  for await (const chunk of source) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}

/** Writes in step with the reader; each piece has been handed to the kernel when the next one is taken. */
export async function writeAll(output: Writable, bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of bytes) {
    await new Promise<void>((resolve, reject) => {
      output.write(chunk, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

/** Reads to the end and keeps nothing. */
export async function readAll(source: AsyncGenerator<Buffer>): Promise<void> {
  let step = await source.next();
  while (step.done !== true) step = await source.next();
}
