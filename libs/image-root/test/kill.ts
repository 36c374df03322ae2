// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const CALLS = ['open', 'rename', 'unlink', 'symlink', 'lchown', 'mkdir', 'rmdir', 'chmod', 'chown'] as const;

class Killed extends Error {}

/**
 * Runs `work` as if its process were killed before its call number `at` that touches the file system: that call
 * and all after it do nothing, clean-up included. Tells whether it came so far.
 */
export async function killedAt(at: number, work: () => Promise<unknown>): Promise<boolean> {
  let calls = 0;
  const real = CALLS.map((name) => [name, promises[name]] as const);
  for (const [name, call] of real) {
    Reflect.set(promises, name, async (...args: unknown[]): Promise<unknown> => {
      calls += 1;
      if (calls >= at) throw new Killed(`before call ${String(at)}`);
      return await (Reflect.apply(call, promises, args) as Promise<unknown>);
    });
  }
  syncBuiltinESMExports();
  try {
    await work();
  } catch (error) {
    if (calls < at) throw error;
  } finally {
    for (const [name, call] of real) Reflect.set(promises, name, call);
    syncBuiltinESMExports();
  }
  return calls >= at;
}
