// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';

import type { Layout } from './layout.ts';

/** What a kubelet sets for the whole machine and never sets back (cm.setupKernelTunables). */
const TUNABLES: readonly string[] = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
];

function fileOf(layout: Layout): string {
  return `${layout.state}/kernel.json`;
}

/** Remembers how this machine is set, before a kubelet sets it; what is remembered already stays. */
export async function rememberTunables(layout: Layout): Promise<void> {
  if (existsSync(fileOf(layout))) return;
  const values = await Promise.all(TUNABLES.map(async (name) => [name, await read(name)] as const));
  await writeFile(fileOf(layout), JSON.stringify(Object.fromEntries(values)));
}

/** Sets this machine back to how it was. */
export async function restoreTunables(layout: Layout): Promise<void> {
  const text = await readFile(fileOf(layout), 'utf8').catch(() => '{}');
  const values = JSON.parse(text) as Record<string, string>;
  for (const name of TUNABLES) {
    const value = values[name];
    if (value !== undefined && value !== (await read(name))) await writeFile(`/proc/sys/${name}`, value);
  }
}

async function read(name: string): Promise<string> {
  return (await readFile(`/proc/sys/${name}`, 'utf8')).trim();
}
