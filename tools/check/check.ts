// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { summaryLine } from '../vitest/summary.ts';
import { PARTS, type Part } from './parts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Result {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

const names = process.argv.slice(2);
const parts = PARTS.filter(({ name }) => names.length === 0 || names.includes(name));
const failed = await checkAll(parts);
console.log(`\n${summaryLine({ passed: parts.length - failed, failed, skipped: 0 })}`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs all parts, as many at once as there are processors, and gives the number of those that failed. */
async function checkAll(wanted: readonly Part[]): Promise<number> {
  const waiting = [...wanted];
  let failures = 0;
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const result = await run(part);
      report(part, result);
      if (!result.ok) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return failures;
}

async function run(part: Part): Promise<Result> {
  const startedAt = performance.now();
  const [program, ...args] = part.command;
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return {
    ok: child.exitCode === 0,
    output: `${stdout}${stderr}`.trim(),
    seconds: (performance.now() - startedAt) / 1000,
  };
}

function report(part: Part, { ok, output, seconds }: Result): void {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${part.name.padEnd(11)} ${part.claim} (${seconds.toFixed(1)} s)`);
  if (!ok) console.log(`\n${output}\n\nAgain with: npm run check:${part.name}\n`);
}
