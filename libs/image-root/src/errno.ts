// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reason } from '@ims/contract';
import { Failure } from '@ims/runtime';

/** The `errno` name of what a system call threw (`ENOENT`), if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Runs one system call; gives `undefined` when it fails with one of `codes`. */
export async function unless<T>(codes: readonly string[], call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

const REASONS: Readonly<Record<string, Reason>> = {
  ENOSPC: 'NoSpace',
  EDQUOT: 'NoSpace',
  ENOENT: 'ImageInvalid',
  ENOTDIR: 'ImageInvalid',
  EISDIR: 'ImageInvalid',
  EEXIST: 'ImageInvalid',
  ENOTEMPTY: 'ImageInvalid',
  ELOOP: 'ImageInvalid',
  ENAMETOOLONG: 'ImageInvalid',
};

/** What a system call threw, as a failure that says which work on which path it ended. */
function failureOf(error: unknown, what: string): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  if (code === undefined) return new Failure('Defect', `${what}: ${String(error)}`, { cause: error });
  return new Failure(REASONS[code] ?? 'PlatformUnavailable', `${what}: ${code}`, { cause: error });
}

/** Runs work on one path and turns what it throws into a failure naming that work. */
export async function named<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error, what);
  }
}

/** A failure whose reason fits a `Finding`: what is wrong is what somebody put into the image. */
export type ImageFailure = Failure & { readonly reason: 'ImageInvalid' | 'PathEscapesRoot' };

/** Whether the image itself is at fault, not the machine and not us. */
export function isOfTheImage(error: unknown): error is ImageFailure {
  return error instanceof Failure && (error.reason === 'ImageInvalid' || error.reason === 'PathEscapesRoot');
}
