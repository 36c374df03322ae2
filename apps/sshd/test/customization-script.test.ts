// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, temporaryDirectory } from '@ims/testing';

import { customizationScript } from '../src/customization-script.ts';

afterEach(cleanUp);

const never = new AbortController().signal;

async function run(path: string): Promise<{ exitCode: number; lastLines: string }> {
  const runner = createRunner({ logger: silentLogger });
  const result = await customizationScript({ path, env: { A: 'b c' }, runner, logger: silentLogger }).run(never);
  if (result === 'absent') throw new Error('it was skipped');
  return result;
}

async function fileOf(content: string | Buffer, mode = 0o755): Promise<string> {
  const path = `${await temporaryDirectory('script')}/run_script.sh`;
  await writeFile(path, content, { mode });
  return path;
}

describe('the customization script', () => {
  it.each([
    ['names its interpreter', '#!/bin/sh\necho "$A"; exit 3\n', 0o755],
    ['names none', 'echo "$A"; exit 3\n', 0o755],
    ['may not be executed', '#!/bin/no-such-shell\necho "$A"; exit 3\n', 0o644],
  ])('runs when it %s', async (_how, text, mode) => {
    expect(await run(await fileOf(text, mode))).toEqual({ exitCode: 3, lastLines: 'b c' });
  });

  it('may hold bytes that are no text of ours', async () => {
    const path = await fileOf(Buffer.from('printf gr\xfcn | od -An -tx1\n', 'latin1'));
    expect(await run(path)).toEqual({ exitCode: 0, lastLines: ' 67 72 fc 6e' });
  });

  it.each([
    ['an interpreter that is not there', '#!/no/such/interpreter\n'],
    ['a first line that ends in a carriage return', '#!/bin/sh\r\necho hello\r\n'],
  ])('says why it cannot be started: %s', async (_what, text) => {
    const path = await fileOf(text);
    const { exitCode, lastLines } = await run(path);
    expect(exitCode).toBe(127);
    expect(lastLines).toMatch(/cannot be started .* its first line names an interpreter that is not in this container/);
  });

  it('that is a directory is refused as a shell would', async () => {
    const directory = await temporaryDirectory('script');
    expect(await run(directory)).toEqual({ exitCode: 126, lastLines: `${directory} is not a file` });
  });
});
