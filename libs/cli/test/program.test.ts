// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { EventEmitter } from 'node:events';

import { Failure } from '@ims/runtime';
import { describe, expect, it, vi } from 'vitest';

import { runProgram, terminationOf } from '../src/index.ts';

const ABOUT = { name: 'ims-test', description: 'a program', example: 'ims-test go' };

async function run(args: string[], command: () => Promise<number>): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    stderr += String(chunk);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const code = await runProgram(ABOUT, ['node', 'ims-test', ...args], (program, act) => {
      program.command('go').action(act(command));
    });
    return { code, stderr };
  } finally {
    write.mockRestore();
    vi.restoreAllMocks();
  }
}

describe('a program', () => {
  it('exits with what its command gives', async () => {
    expect((await run(['go'], () => Promise.resolve(34))).code).toBe(34);
  });

  it('exits with the code of a failure and says it in one line with reason and advice', async () => {
    const failing = () => Promise.reject(new Failure('NoSpace', 'the disk is full'));
    const { code, stderr } = await run(['--output', 'json', 'go'], failing);
    expect(code).toBe(33);
    expect(JSON.parse(stderr)).toMatchObject({ reason: 'NoSpace', msg: 'the disk is full' });
  });

  it('exits with 2 for a flag that it does not know, and names the one that was meant', async () => {
    const { code, stderr } = await run(['--ouput', 'json', 'go'], () => Promise.resolve(0));
    expect(code).toBe(2);
    expect(stderr).toContain('Did you mean --output?');
  });

  it('exits with 0 after its help', async () => {
    expect((await run(['--help'], () => Promise.resolve(1))).code).toBe(0);
  });
});

describe('the signal to end', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('H6 %s is an input, and the exit code tells it', (name, code) => {
    const source = new EventEmitter();
    const termination = terminationOf(source);
    expect(termination.signal.aborted).toBe(false);
    source.emit(name, name);
    source.emit('SIGHUP', 'SIGHUP');
    expect(termination.signal.aborted).toBe(true);
    expect(termination.exitCode()).toBe(code);
  });
});
