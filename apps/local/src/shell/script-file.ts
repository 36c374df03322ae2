// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, stat } from 'node:fs/promises';

import { commandLine } from './quote.ts';

/** What `--script` takes, for every error about it. */
export const ACCEPTED_SCRIPTS = 'a program that the image can run, for instance a shell script';

/** Bytes of the longest first line that the kernel reads (`BINPRM_BUF_SIZE`). */
const FIRST_LINE = 256;

/** Why a file cannot be the script of a job, in words that follow its path; `undefined` when it can. */
export async function problemOfScript(path: string): Promise<string | undefined> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return 'is not a file';
    if (facts.size === 0) return 'is empty';
    return isDosScript(await headOf(path))
      ? `begins with a line that ends in CR LF, which no kernel runs; correct it: ${commandLine(['sed', '-i', 's/\\r$//', path])}`
      : undefined;
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
  }
}

function isDosScript(head: Uint8Array): boolean {
  return /^#![^\n]*\r\n/.test(Buffer.from(head).toString('latin1'));
}

async function headOf(path: string): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_LINE), 0, FIRST_LINE, 0);
  return buffer.subarray(0, bytesRead);
}
