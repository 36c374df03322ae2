// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { strays } from '../strays.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Runs one test file by itself, with the guards of this repository. */
function runTest(body: string): { code: number | null; output: string; lastLine: string } {
  // Below the root, so that the packages are found.
  mkdirSync(join(root, '.cache'), { recursive: true });
  const directory = mkdtempSync(join(root, '.cache/guards-'));
  made.push(directory);
  writeFileSync(
    join(directory, 'vitest.config.ts'),
    `export default { test: { root: ${JSON.stringify(directory)}, pool: 'forks', include: ['*.test.ts'],
      reporters: ['default', ${JSON.stringify(join(root, 'tools/vitest/summary.ts'))}],
      setupFiles: [${JSON.stringify(join(root, 'tools/vitest/setup.ts'))}] } };\n`,
  );
  writeFileSync(
    join(directory, 'planted.test.ts'),
    `import { spawn, spawnSync } from 'node:child_process';\nimport { expect, it } from 'vitest';\n${body}\n`,
  );
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--root', directory], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  });
  return { code: status, output: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

describe('the guards of every test run', () => {
  it('the last line counts what passed, failed and was skipped', () => {
    const run = runTest(`it('a', () => {}); it('b', () => { expect(1).toBe(2); }); it.skip('c', () => {});`);
    expect(run.lastLine).toBe('1 passed, 1 failed, 1 skipped');
    expect(run.code).toBe(1);
  });

  it('a file that cannot be loaded counts as failed', () => {
    const run = runTest(`throw new Error('broken');`);
    expect(run.lastLine).toBe('0 passed, 1 failed, 0 skipped');
    expect(run.code).toBe(1);
  });

  it('a warning of the Node process fails the test', () => {
    const run = runTest(`it('warns', () => { process.emitWarning('a planted warning'); });`);
    expect(run.output).toContain('a planted warning');
    expect(run.lastLine).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('a warning of a Node program that the test runs fails the test', () => {
    const run = runTest(`it('warns', () => {
      spawnSync(process.execPath, ['-e', 'process.emitWarning("a planted child warning")']);
    });`);
    expect(run.output).toContain('a planted child warning');
    expect(run.lastLine).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('a process that outlives its test file fails the run and is named', () => {
    const run = runTest(`it('leaks', () => {
      spawn('sleep', ['20'], { detached: true, stdio: 'ignore' }).unref();
    });`);
    const named = /(\d+): sleep 20/.exec(run.output);
    process.kill(Number(named?.[1]), 'SIGKILL');
    expect(run.lastLine).toBe('1 passed, 1 failed, 0 skipped');
  });

  it('a process that has left its parent is found by its environment', async () => {
    const mark = `IMS_TEST_RUN=${String(process.pid)}-orphan`;
    const script = 'sleep 30 </dev/null >/dev/null 2>&1 & echo $!';
    const { stdout } = spawnSync('sh', ['-c', script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], IMS_TEST_RUN: `${String(process.pid)}-orphan` },
    });
    const pid = Number(stdout);
    try {
      expect(await strays(mark)).toEqual([`${String(pid)}: sleep 30`]);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});
