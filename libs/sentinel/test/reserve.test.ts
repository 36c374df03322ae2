// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { layoutOf } from '@ims/contract';
import { silentLogger } from '@ims/runtime';
import { cleanUp, onCleanup, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { createBoard, ensurePrivateDirectory, keepReserve, volumeDirectory } from '../src/index.ts';

const run = promisify(execFile);

afterEach(cleanUp);

/** A board on a volume of its own with little room. */
async function smallVolume() {
  const parent = await temporaryDirectory('reserve');
  await run('mount', ['-t', 'tmpfs', '-o', 'size=2m,nr_inodes=100', 'ims-test', parent]);
  onCleanup(async () => {
    await run('umount', [parent]);
  });
  const layout = layoutOf({ parent, action: 'customize', jailed: false });
  const board = createBoard({ layout, userDirectory: volumeDirectory(parent), logger: silentLogger });
  onCleanup(async () => {
    await board.close();
  });
  await ensurePrivateDirectory(layout.private);
  return { parent, layout, board };
}

const FILLING = {
  bytes: 'cat /dev/zero > fill',
  inodes: 'i=0; while : > fill.$i; do i=$((i + 1)); done',
};

async function fill(directory: string, what: keyof typeof FILLING): Promise<void> {
  await run('sh', ['-c', FILLING[what]], { cwd: directory }).catch(() => undefined);
}

const NOTE = { token: 'asked', message: 'x'.repeat(500) } as const;

describe.skipIf(process.getuid?.() !== 0)('a volume that its user has filled', () => {
  it.each(['bytes', 'inodes'] as const)(
    'H16 still takes what the containers have to say to each other: %s',
    async (what) => {
      const { parent, layout, board } = await smallVolume();
      await keepReserve(layout.private);
      await fill(parent, what);
      for (const name of ['question', 'verdict', 'refused', 'failed', 'exiting'] as const) {
        await board.post(name, NOTE);
        expect(await board.read(name)).toMatchObject({ kind: 'present' });
      }
    },
  );

  it('H16 that never had room for a reserve says that it is full', async () => {
    const { parent, layout, board } = await smallVolume();
    await fill(parent, 'bytes');
    await keepReserve(layout.private);
    await expect(board.post('question', NOTE)).rejects.toMatchObject({ reason: 'NoSpace' });
  });

  it('gets its reserve back when there is room again', async () => {
    const { parent, layout, board } = await smallVolume();
    await keepReserve(layout.private);
    await fill(parent, 'bytes');
    await board.post('question', NOTE);
    expect(await readdir(layout.private)).not.toContain('reserve');
    await rm(`${parent}/fill`);
    await keepReserve(layout.private);
    expect(await readdir(`${layout.private}/reserve`)).toHaveLength(16);
  });
});
