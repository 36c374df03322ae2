// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeDirectories } from '../src/index.ts';

let work: string;

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'ims-directories-'));
});
afterEach(() => {
  rmSync(work, { recursive: true });
});

describe('making directories', () => {
  it('makes all that are missing with the mode, and leaves the others as they are', async () => {
    const before = statSync(work).mode;
    await Promise.all([1, 2, 3].map(async () => await makeDirectories(`${work}/a/b/c`, 0o700)));
    expect(statSync(`${work}/a`).mode & 0o777).toBe(0o700);
    expect(statSync(`${work}/a/b/c`).mode & 0o777).toBe(0o700);
    expect(statSync(work).mode).toBe(before);
  });

  it('ends with an error below a directory that takes none, and below a file', async () => {
    await expect(makeDirectories('/proc/ims-none/deeper', 0o700)).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(`${work}/file`, '');
    await expect(makeDirectories(`${work}/file/deeper`, 0o700)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectories(`${work}/file`, 0o700)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
