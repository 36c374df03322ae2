// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { ImageRoot } from './image-root.ts';
import { show } from './places.ts';

/** The image's own `/etc/resolv.conf` as it was before ours. `data` and `target` are base64: both may hold any bytes. */
export type Original =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'file';
      readonly data: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
      /** Milliseconds since 1970. */
      readonly modified: number;
    }
  | { readonly kind: 'link'; readonly target: string; readonly uid: number; readonly gid: number };

/** What is kept outside the image (H22): the original, and the SHA-256 of everything we ever put in its place. */
export interface SavedOriginal {
  readonly version: 1;
  readonly original: Original;
  readonly installed: readonly string[];
}

const FILE = 'resolv.conf.saved.json';
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Reads the record from the directory that holds it.
 *
 * @throws Failure JournalUnreadable for a record that is not ours
 */
export async function readSaved(directory: ImageRoot): Promise<SavedOriginal | undefined> {
  const bytes = await directory.readFile(FILE, { maxBytes: MOST_BYTES });
  return bytes === undefined ? undefined : decode(bytes.toString('utf8'), `${directory.path}/${FILE}`);
}

/** Writes the record; durable when it resolves. */
export async function writeSaved(directory: ImageRoot, saved: SavedOriginal): Promise<void> {
  const data = Buffer.from(`${JSON.stringify(saved)}\n`);
  await directory.writeFile(FILE, data, { mode: 0o600, uid: 0, gid: 0 });
}

/** Forgets the record. */
export async function removeSaved(directory: ImageRoot): Promise<void> {
  await directory.remove(FILE);
}

function decode(text: string, path: string): SavedOriginal {
  const value = parse(text);
  if (isSaved(value)) return value;
  throw new Failure('JournalUnreadable', `${show(path)} is not a record of the image's own resolv.conf`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const areNumbers = (value: Fields, names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'number');

const SHAPES: Readonly<Record<string, (value: Fields) => boolean>> = {
  absent: () => true,
  file: (value) => typeof value['data'] === 'string' && areNumbers(value, ['mode', 'uid', 'gid', 'modified']),
  link: (value) => typeof value['target'] === 'string' && areNumbers(value, ['uid', 'gid']),
};

function isSaved(value: unknown): value is SavedOriginal {
  if (!isFields(value) || value['version'] !== 1) return false;
  const { original, installed } = value as { original?: unknown; installed?: unknown };
  if (!Array.isArray(installed) || !installed.every((sum) => typeof sum === 'string')) return false;
  return isFields(original) && (SHAPES[String(original['kind'])]?.(original) ?? false);
}
