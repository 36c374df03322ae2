// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

import { makeVolume, SECRET } from './volume.ts';

// Swaps a directory of the image for links out of it, as fast as it can, until it is ended.
const SWAPPER = `
  const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
  const { workerData: { at, targets } } = require('node:worker_threads');
  for (let turn = 0; ; turn++) {
    renameSync(at + '/a', at + '/away');
    symlinkSync(targets[turn % targets.length], at + '/a');
    unlinkSync(at + '/a');
    renameSync(at + '/away', at + '/a');
  }
`;

it('H27 nothing outside is ever reached while a directory is swapped for a link', async () => {
  await using volume = await makeVolume({ 'a/secret': 'inside', 'a/keep/x': 'inside' });
  const targets = ['../outside/a', join(volume.outside, 'a'), '../outside'];
  const swapper = new Worker(SWAPPER, { eval: true, workerData: { at: volume.at, targets } });
  const seen = { inside: 0, absent: 0, refused: 0 };
  try {
    // Both states must have been met, or nothing was proven.
    for (let turn = 0; turn < 2000 || seen.inside === 0 || seen.absent + seen.refused === 0; turn += 1) {
      const read = await volume.root.readFile('/a/secret', { maxBytes: 100 }).then(
        (bytes) => bytes?.toString() ?? 'absent',
        () => 'refused' as const,
      );
      expect(read).not.toBe(SECRET);
      seen[read as keyof typeof seen] += 1;
      await volume.root.writeFile('/a/new', Buffer.from('x'), { mode: 0o600, uid: 0, gid: 0 }).catch(() => undefined);
    }
  } finally {
    await swapper.terminate();
  }
  expect((await readdir(volume.outside, { recursive: true })).sort()).toEqual(['a', 'a/secret', 'secret']);
});
