// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Names this start of this machine (random(4)); `undefined` where the kernel does not tell. What was written under
 * another name, and never written out, may be gone without a trace.
 */
export async function bootId(): Promise<string | undefined> {
  const text = await readFile(BOOT_ID, 'utf8').catch(() => '');
  return text.trim() || undefined;
}
