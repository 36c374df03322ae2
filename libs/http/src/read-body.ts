// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Opened } from './opened.ts';
import { problemOf, HttpProblem } from './problem.ts';
import type { Watchdog } from './watchdog.ts';

/**
 * Reads a body into text, at most `maxBytes` of it.
 *
 * @throws HttpProblem cut-short, too-large; what aborted the signal
 */
export async function readText({ hop, headers, body }: Opened, maxBytes: number, signal: AbortSignal): Promise<string> {
  const tooLarge = new HttpProblem('too-large', hop, `the answer is larger than ${String(maxBytes)} bytes`);
  const chunks: Uint8Array[] = [];
  let size = Number(headers['content-length'] ?? 0);
  try {
    // A HEAD is answered with the length of a body that does not come.
    if (hop.method !== 'HEAD' && size > maxBytes) throw tooLarge;
    size = 0;
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge;
      chunks.push(chunk);
    }
    return new TextDecoder().decode(Buffer.concat(chunks));
  } catch (error) {
    throw signal.aborted ? signal.reason : problemOf(error, hop, 'within the answer');
  } finally {
    body.destroy();
  }
}

/**
 * The bytes of a body as they come. The watchdog runs only while the server is waited for: a slow reader is no stall.
 *
 * @throws HttpProblem cut-short; what aborted the signal
 */
export async function* readBytes(
  { hop, body }: Opened,
  watchdog: Watchdog,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      watchdog.arm();
      const chunk = await chunks.next();
      watchdog.disarm();
      if (chunk.done === true) return;
      yield chunk.value;
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : problemOf(error, hop, 'within the answer');
  } finally {
    watchdog.disarm();
    body.destroy();
  }
}
