// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open } from 'node:fs/promises';

/** How a script is started: by the kernel, which reads its first line, or by a shell. */
export type Interpreter = 'kernel' | 'shell';

/** Bytes in which a shell looks for a NUL to tell a program from a script (bash's `check_binary_file`). */
const LOOKED_AT = 80;

/**
 * Who runs a script. The kernel runs what begins with `#!` and programs; a text without `#!` is run by the shell, as
 * every shell does. That is decided here, since busybox needs /proc for it, and a jail has none.
 */
export function interpreterOf(script: Uint8Array): Interpreter {
  const head = Buffer.from(script.subarray(0, LOOKED_AT)).toString('latin1');
  return head.startsWith('#!') || /^[^\n]*\0/.test(head) ? 'kernel' : 'shell';
}

/**
 * Who runs the script in a file.
 *
 * @throws Error of the system when it cannot be read
 */
export async function interpreterOfFile(path: string): Promise<Interpreter> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
  return interpreterOf(buffer.subarray(0, bytesRead));
}
