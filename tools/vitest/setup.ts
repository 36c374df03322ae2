// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterAll, afterEach } from 'vitest';
import { STRAY_MARK, strays } from './strays.ts';

const LAST_PROCESSES_MAY_TAKE_MS = 5_000;

const warnings: string[] = [];
process.on('warning', (warning) => {
  warnings.push(warning.stack ?? String(warning));
});

// Programs that a test starts with this environment write their warnings to the file instead of to a stderr
// that nobody may read. Programs that get an environment of their own are read by their tests. There is no file until
// there is a warning, so a run that is killed leaves none.
const redirected = join(tmpdir(), `ims-test-warnings-${randomUUID()}`);
process.env['NODE_REDIRECT_WARNINGS'] = redirected;

const mark = `${STRAY_MARK}=${String(process.pid)}-${String(Date.now())}`;
process.env[STRAY_MARK] = mark.slice(STRAY_MARK.length + 1);

afterEach(async () => {
  // Node emits warnings on the next turn.
  await setImmediate();
  const seen = [...warnings.splice(0), ...takeRedirected()];
  if (seen.length > 0) throw new Error(`Node warned during this test:\n${seen.join('\n')}`);
});

afterAll(async () => {
  const giveUpAt = Date.now() + LAST_PROCESSES_MAY_TAKE_MS;
  let left = await strays(mark);
  while (left.length > 0 && Date.now() < giveUpAt) {
    await setTimeout(20);
    left = await strays(mark);
  }
  rmSync(redirected, { force: true });
  if (left.length > 0) throw new Error(`the tests of this file left processes behind:\n${left.join('\n')}`);
});

function takeRedirected(): string[] {
  try {
    const text = readFileSync(redirected, 'utf8');
    rmSync(redirected);
    return text.trim() === '' ? [] : [text.trim()];
  } catch {
    return [];
  }
}
