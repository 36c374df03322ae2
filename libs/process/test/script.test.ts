// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, temporaryDirectory } from '@ims/testing';

import { isFileForShell, isForShell } from '../src/index.ts';

afterEach(cleanUp);

describe('a program that has to be given to the shell', () => {
  it.each([
    ['a text without a first line that names an interpreter', 'echo hello\n', true],
    ['a text that begins with a byte order mark', '\uFEFF#!/bin/sh\n', true],
    ['nothing', '', true],
    ['a text that is not ASCII', 'echo grün\n', true],
    ['a script that names its interpreter', '#!/bin/sh\necho hello\n', false],
    ['a binary', '\x7fELF\x02\x01\x01\0\0', false],
    ['a text of which a part is binary', 'echo\0', false],
  ])('is told by its first bytes: %s', (_what, text, forShell) => {
    expect(isForShell(Buffer.from(text))).toBe(forShell);
  });

  it('is told for files, also for long ones', async () => {
    const directory = await temporaryDirectory('script');
    await writeFile(`${directory}/text`, `${'# a comment\n'.repeat(1000)}\0`);
    expect(await isFileForShell(`${directory}/text`)).toBe(true);
    expect(await isFileForShell(process.execPath)).toBe(false);
    expect(isForShell(await readFile('/bin/sh'))).toBe(false);
    await expect(isFileForShell(`${directory}/none`)).rejects.toThrow('ENOENT');
  });
});
