// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, symlink, writeFile } from 'node:fs/promises';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { matrixOf, type Row } from '../src/reading/matrix.ts';
import { DEFAULT, FLOOR, nameOf, optionsOf } from '../src/reading/packings.ts';
import { readSetsOf } from '../src/reading/read-sets.ts';

afterEach(cleanUp);

async function makeRoot(): Promise<string> {
  const root = await temporaryDirectory('reading');
  await mkdir(`${root}/usr/bin`, { recursive: true });
  for (const name of ['usr/bin/udevadm', 'b', 'a']) await writeFile(`${root}/${name}`, name);
  await symlink('usr/bin', `${root}/bin`);
  return root;
}

describe('what is read of a root', () => {
  it('is each file once in three orders, links not followed and files of the boot left out that it lacks', async () => {
    const [random, boot, all] = await readSetsOf(await makeRoot());
    expect(all.files).toEqual(['a', 'b', 'usr/bin/udevadm']);
    expect([...random.files].sort()).toEqual(all.files);
    expect(boot).toEqual({ name: 'the 1 files of a recorded boot', files: ['usr/bin/udevadm'] });
  });

  it('is the same in every run', async () => {
    const root = await makeRoot();
    expect(await readSetsOf(root)).toEqual(await readSetsOf(root));
  });
});

describe('a packing that is measured', () => {
  it('is what the agent does by default, beside what mksquashfs does', () => {
    expect([nameOf(FLOOR), nameOf(DEFAULT)]).toEqual(['gzip, 128 KiB', 'zstd 9, 128 KiB']);
    expect(optionsOf(DEFAULT)).toEqual(['-comp', 'zstd', '-b', '131072', '-Xcompression-level', '9']);
    expect(optionsOf(FLOOR)).toEqual(['-comp', 'gzip', '-b', '131072']);
  });

  it('stands in the table with the ratio of each figure to the first packing', () => {
    const row = (times: number): Row => ({
      packing: times === 1 ? FLOOR : DEFAULT,
      packed: { mebibytes: 100 * times, wallSeconds: 4 * times, processorSeconds: 8 * times },
      costs: [{ mebibytes: 30 * times, processorMs: 200 * times }],
    });
    const lines = matrixOf([{ name: 'all', files: [] }], [row(1), row(0.5)]).split('\n');
    expect(lines[0]).toBe('| packing | size MiB | packed in s | processor s | all: MiB | ms |');
    expect(lines[3]).toBe('| zstd 9, 128 KiB | 50.0 (0.50) | 2.00 (0.50) | 4.00 (0.50) | 15.0 (0.50) | 100.0 (0.50) |');
  });
});
