// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, temporaryDirectory } from '@ims/testing';

import { interpreterOf, interpreterOfFile } from '../src/index.ts';

afterEach(cleanUp);

describe('who runs a script', () => {
  it.each([
    ['a text without a first line that names an interpreter', 'echo hello\n', 'shell'],
    ['a text that begins with a byte order mark', '\uFEFF#!/bin/sh\n', 'shell'],
    ['nothing', '', 'shell'],
    ['a text that is not ASCII', 'echo grün\n', 'shell'],
    ['a script that names its interpreter', '#!/bin/sh\necho hello\n', 'kernel'],
    ['a binary', '\x7fELF\x02\x01\x01\0\0', 'kernel'],
    ['a text whose first line is binary', 'echo\0', 'kernel'],
    ['a text of which a later line is binary', 'echo\n\0', 'shell'],
  ])('is told by its first bytes: %s', (_what, text, interpreter) => {
    expect(interpreterOf(Buffer.from(text))).toBe(interpreter);
  });

  it('is told for files, also for long ones', async () => {
    const directory = await temporaryDirectory('script');
    await writeFile(`${directory}/text`, `${'# a comment\n'.repeat(1000)}\0`);
    expect(await interpreterOfFile(`${directory}/text`)).toBe('shell');
    expect(await interpreterOfFile(process.execPath)).toBe('kernel');
    await expect(interpreterOfFile(`${directory}/none`)).rejects.toThrow('ENOENT');
  });
});
