// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** What to do about an error number of the file system; any other is passed on as it was. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'let the user of this program write there, then resume the job',
  EPERM: 'let the user of this program write there, then resume the job',
  ENOENT: 'create the store directory or mount it, then resume the job',
  ENOTDIR: 'give a directory as the store, then resume the job',
  EROFS: 'mount the store read-write, then resume the job',
};

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Does one step on the store's own files; what the file system refuses becomes a failure that names the path.
 *
 * @throws Failure NoSpace, StoreUnavailable
 */
export async function onStore<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw storeFailure(path, error);
  }
}

function storeFailure(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined) return error;
  if (FULL.has(code)) return new Failure('NoSpace', `the store is full (${code}) at ${path}`, { cause: error });
  const advice = ADVICE[code];
  return new Failure('StoreUnavailable', `the store refuses ${path}: ${code}`, {
    ...(advice === undefined ? {} : { advice }),
    cause: error,
  });
}

/** The system's name of an error, `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code)
    ? error.code
    : undefined;
}
