// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Gives a finished file its name for good: after this neither bytes nor name are lost with the machine. */
export async function publishFile(temporary: string, path: string): Promise<void> {
  await sync(temporary);
  await rename(temporary, path);
  await sync(dirname(path));
}

async function sync(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}
