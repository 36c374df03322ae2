// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { Failure } from '@ims/runtime';
import { createLogger, type LevelName, type ProgramLogger } from '../src/index.ts';

const collect = (level: LevelName = 'INFO'): { logger: ProgramLogger; records: () => Record<string, unknown>[] } => {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  return {
    logger: createLogger({ name: 'ims-test', level, destination }),
    records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
};

const INDEX = new URL('../src/index.ts', import.meta.url).pathname;

describe('a line of JSON', () => {
  it('carries time, level as a word, program, fields and sentence', () => {
    const { logger, records } = collect();
    logger.warn({ port: 22, nested: { a: [1, true, null] } }, 'it is 100% %s');
    const [record] = records();
    expect(record).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      level: 'warn',
      name: 'ims-test',
      port: 22,
      nested: { a: [1, true, null] },
      msg: 'it is 100% %s',
    });
  });

  it('carries a failure with reason, advice and the chain of its causes', () => {
    const { logger, records } = collect();
    const io = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    logger.error({ err: new Failure('NoSpace', 'the volume is full', { advice: 'free some', cause: io }) }, 'failed');
    expect(records()[0]?.['err']).toEqual({
      reason: 'NoSpace',
      message: 'the volume is full',
      advice: 'free some',
      cause: { type: 'Error', code: 'ENOSPC', message: 'no space' },
    });
  });

  it('shows where an error was made at debug, and always for a defect of ours', () => {
    const stackOf = (level: LevelName, error: Error): unknown => {
      const { logger, records } = collect(level);
      logger.error({ err: error }, 'failed');
      return (records()[0]?.['err'] as Record<string, unknown>)['stack'];
    };
    expect(stackOf('INFO', new Failure('NoSpace', 'full'))).toBeUndefined();
    expect(stackOf('DEBUG', new Failure('NoSpace', 'full'))).toContain('logger.test.ts');
    expect(stackOf('INFO', new Failure('Defect', 'oops'))).toContain('logger.test.ts');
  });

  it('survives rings, odd values and chains of causes without an end', () => {
    const { logger, records } = collect();
    const ring: Record<string, unknown> = { big: 10n, when: new Date(NaN), bytes: Buffer.from('x'), run: () => 1 };
    ring['self'] = ring;
    const error = new Error('ring');
    error.cause = error;
    logger.info({ ring, err: error, none: undefined }, 'odd');
    expect(records()[0]).toMatchObject({ ring: { big: '10', when: 'Invalid Date', bytes: '[1 bytes]' } });
  });

  it('carries the fields of a child', () => {
    const { logger, records } = collect();
    logger.child({ job: 'j1' }).child({ phase: 'Open' }).info({}, 'here');
    expect(records()[0]).toMatchObject({ name: 'ims-test', job: 'j1', phase: 'Open', msg: 'here' });
  });
});

it.each([
  ['DEBUG', ['debug', 'info', 'warn', 'error']],
  ['INFO', ['info', 'warn', 'error']],
  ['WARNING', ['warn', 'error']],
  ['ERROR', ['error']],
  ['CRITICAL', []],
] as const)('LOG_LEVEL %s writes %j', (level, expected) => {
  const { logger, records } = collect(level);
  logger.debug({}, 'a');
  logger.info({}, 'a');
  logger.warn({}, 'a');
  logger.error({}, 'a');
  expect(records().map((record) => record['level'])).toEqual(expected);
});

describe('a real program', () => {
  const start = (script: string): ReturnType<typeof spawn> =>
    spawn(
      process.execPath,
      ['--input-type=module-typescript', '-e', `import { createLogger } from '${INDEX}';${script}`],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );

  it('loses no line when it exits at once, however slow its reader is', async () => {
    const child = start(`
      const logger = createLogger({ name: 'x', level: 'INFO', destination: 1 });
      for (let n = 0; n < 3000; n++) logger.info({ n, pad: 'x'.repeat(100) }, 'line');
      process.exit(0);`);
    const exited = once(child, 'exit');
    let text = '';
    // A pipe holds 64 KiB: the program has to wait for us again and again.
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString();
    expect((await exited)[0]).toBe(0);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(3000);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ n: 2999 });
  });

  it('goes on when nobody reads its log any more', async () => {
    const child = start(`
      const logger = createLogger({ name: 'x', level: 'INFO', destination: 1 });
      process.stdin.resume();
      const timer = setInterval(() => logger.info({}, 'again'), 1);
      setTimeout(() => { clearInterval(timer); process.exitCode = 7; }, 300);`);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect((await once(child, 'exit'))[0]).toBe(7);
  });
});
