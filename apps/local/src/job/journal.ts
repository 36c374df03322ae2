// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { PRIVATE_DIRECTORY } from '@ims/contract';
import type { JournalEntry } from '@ims/export';
import { openJournal } from '@ims/journal';
import type { Logger } from '@ims/runtime';

/** What the agent wrote down of its steps on a volume; nothing when it never started. */
export async function readJournal(volume: string, logger: Logger): Promise<readonly JournalEntry[]> {
  const path = join(volume, PRIVATE_DIRECTORY, 'journal.jsonl');
  if ((await stat(path).catch(() => undefined)) === undefined) return [];
  const journal = await openJournal({ path, logger });
  try {
    return await journal.entries();
  } finally {
    await journal.close();
  }
}
