// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Read into again and again: new memory for each piece costs more than reading it. */
const BUFFER_BYTES = 256 * 1024;

/** The md5 of a file in lower-case hex. */
export async function md5Of(path: string, signal: AbortSignal): Promise<string> {
  const md5 = createHash('md5');
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  await using file = await open(path, 'r');
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES);
    if (bytesRead === 0) return md5.digest('hex');
    md5.update(buffer.subarray(0, bytesRead));
  }
}
