// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isAbsolute, resolve } from 'node:path';

import { inShort } from '@ims/env';

/** A flag with the path that was typed for it. */
export interface TypedPath {
  readonly flag: string;
  readonly text: string;
  /** What the flag takes, in words for the error. */
  readonly accepted: string;
}

/** An absolute path, or why there is none: a sentence that names the flag, what was found and what is accepted. */
export type ResolvedPath = { readonly path: string } | { readonly problem: string };

/** Bytes of the longest path that the kernel takes, its NUL left out (path_resolution(7)). */
const LONGEST_PATH = 4095;

/**
 * Reads a path as it was typed in a directory; nothing is looked at. An empty one is no name for that directory, and a
 * control character would end up in names, logs and the configuration of sshd (H30).
 *
 * @param cwd where it was typed; `undefined` when that directory is gone
 */
export function resolvePath(typed: TypedPath, cwd: string | undefined): ResolvedPath {
  const { flag, text, accepted } = typed;
  const refuse = (found: string): ResolvedPath => ({ problem: `${flag} ${found} (accepted: ${accepted})` });
  if (text === '') return refuse('is ""');
  if (/\p{Cc}/u.test(text)) return refuse(`is ${shown(text)}, which has a control character`);
  if (cwd === undefined && !isAbsolute(text)) {
    return refuse(`is ${shown(text)}, and the directory in which this was typed is gone; give an absolute path`);
  }
  const path = resolve(cwd ?? '/', text);
  if (/\p{Cc}/u.test(path)) return refuse(`is in ${shown(path)}, which has a control character`);
  return Buffer.byteLength(path) > LONGEST_PATH ? refuse(`is ${shown(text)}, longer than a path may be`) : { path };
}

/** A wrong value for a message: quoted, and shortened when it is long. */
export function shown(text: string): string {
  return inShort(JSON.stringify(text));
}
