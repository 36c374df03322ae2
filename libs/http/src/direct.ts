// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { IncomingMessage } from 'node:http';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

import type { Body } from './opened.ts';
import { createSlabs, type Slabs } from './slabs.ts';
import type { Trust } from './trust.ts';

/** A connection for one large answer: Node's HTTP reads its head, and its body is read past Node's streams. */
export interface DirectConnection {
  /** What Node's HTTP writes to and reads from. */
  readonly stream: Duplex;
  /**
   * Takes the body over; has to be called while the `response` event is emitted. Gives the answer itself where its
   * length is not known beforehand.
   */
  readonly takeBody: (answer: IncomingMessage) => Body;
}

/**
 * Connects to a server. The system writes what arrives into two buffers that are used again and again: a stream makes
 * new memory for every 64 KiB, 16 KiB with TLS, which costs several times what curl does in all.
 */
export function connectDirect(url: URL, trust: Trust): DirectConnection {
  const slabs = createSlabs();
  let isBody = false;
  const socket = open(url, trust, {
    buffer: slabs.room,
    callback: (count, from) => {
      const bytes = from.subarray(0, count);
      return isBody ? slabs.fill(bytes) : stream.push(Buffer.from(bytes));
    },
  });
  const stream = streamOver(socket, () => {
    if (!isBody) socket.resume();
  });
  socket.on('close', () => {
    slabs.end();
    // Harmless where Node has stopped to read: there is no answer any more.
    stream.push(null);
  });
  slabs.onRoom(() => {
    socket.resume();
  });
  return {
    stream,
    takeBody: (answer) => {
      const length = lengthOf(answer);
      if (length === undefined) return answer;
      isBody = true;
      return { [Symbol.asyncIterator]: () => bodyOf(answer, length, slabs), destroy: () => stream.destroy() };
    },
  };
}

interface OnRead {
  readonly buffer: () => Uint8Array;
  readonly callback: (count: number, from: Uint8Array) => boolean;
}

function open({ protocol, hostname, port }: URL, trust: Trust, onread: OnRead): Socket {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'http:') return connectPlain({ host, port: Number(port || 80), onread });
  const servername = isIP(host) === 0 ? host : '';
  // Documented for TLS, too (node:tls, tls.connect), and missing in its types.
  const options = { host, port: Number(port || 443), servername, onread };
  return connectTls({ ...options, secureContext: trust.secureContext(), rejectUnauthorized: trust.verify });
}

function streamOver(socket: Socket, read: () => void): Duplex {
  const stream = new Duplex({
    read,
    write: (chunk: Buffer, _encoding, done) => {
      socket.write(chunk, done);
    },
    final: (done) => {
      socket.end(done);
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('error', (error) => {
    stream.destroy(error);
  });
  return stream;
}

/** Only a body of a known length shows where it ends; an answer that has none may name a length all the same. */
function lengthOf({ headers, statusCode }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  const hasBody = statusCode === 200 || statusCode === 206;
  return !hasBody || length === undefined || headers['transfer-encoding'] !== undefined ? undefined : Number(length);
}

async function* bodyOf(answer: IncomingMessage, length: number, slabs: Slabs): AsyncGenerator<Uint8Array, void> {
  let left = length;
  // What came together with the head.
  for (let bytes = answer.read() as Buffer | null; bytes !== null; bytes = answer.read() as Buffer | null) {
    left -= bytes.byteLength;
    yield bytes;
  }
  while (left > 0) {
    const bytes = await slabs.next();
    if (bytes === undefined) throw Object.assign(new Error('the connection has ended'), { code: 'ECONNRESET' });
    const ours = bytes.subarray(0, left);
    left -= ours.byteLength;
    yield ours;
  }
}
