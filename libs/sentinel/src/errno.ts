// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** The system's code of an error, `ENOENT` and the like. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a volume refused, as a failure of ours. */
export function volumeFailure(error: unknown, attempt: { what: string; path: string }): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const message = `cannot ${attempt.what} ${attempt.path}: ${code ?? String(error)}`;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new Failure('NoSpace', message, { cause: error });
  return new Failure('PlatformUnavailable', message, {
    advice: 'the volume must be mounted, writable by root and healthy; look at its mount and at the kernel log',
    cause: error,
  });
}

/** Whether the system forbade it as it forbids what attributes of a file do not allow (chattr(1)). */
export function isForbidden(error: unknown): boolean {
  return codeOf(error instanceof Failure ? error.cause : error) === 'EPERM';
}
