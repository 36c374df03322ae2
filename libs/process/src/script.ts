// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open } from 'node:fs/promises';

/** How far a shell looks for a byte that no text has. */
const LOOKED_AT_BYTES = 256;

/**
 * Whether a program has to be given to `sh`, by its first bytes: a text whose first line names no interpreter. The kernel
 * refuses one (ENOEXEC) and every shell then reads it itself; some of them by starting `/proc/self/exe`, which is not
 * there in a jail.
 */
export function isForShell(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, LOOKED_AT_BYTES));
  return !text.subarray(0, 2).equals(Buffer.from('#!')) && !text.includes(0);
}

/**
 * The same for a file.
 *
 * @throws Error of the system when it cannot be read
 */
export async function isFileForShell(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT_BYTES), 0, LOOKED_AT_BYTES, 0);
    return isForShell(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
