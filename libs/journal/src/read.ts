// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import type { JournalEntry } from '@ims/export';
import { recover } from './recover.ts';

/**
 * Reads a journal that another program may be writing, and changes nothing: what looks torn may be a line on its way.
 * One that is not there has no entries.
 *
 * @throws Failure JournalUnreadable for damage
 */
export async function readJournal(path: string): Promise<readonly JournalEntry[]> {
  try {
    return recover(await readFile(path), { path }).entries;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
