// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';

import { killedAt } from './kill.ts';
import { makeVolume } from './volume.ts';

it('a killed write leaves the old file or the new one, and the next write cleans up', async () => {
  await using volume = await makeVolume({ f: 'old' });
  const plain = { mode: 0o600, uid: 0, gid: 0 };
  const seen = new Set<string>();
  for (let at = 1, killed = true; killed; at += 1) {
    await volume.root.writeFile('/f', Buffer.from('old'), plain);
    killed = await killedAt(at, async () => {
      await volume.root.writeFile('/f', Buffer.from('new'), plain);
    });
    seen.add(String(await volume.root.readFile('/f', { maxBytes: 10 })));
    for (const name of await readdir(volume.at)) seen.add(name);
  }
  expect([...seen].sort()).toEqual(['.f.ims-new', 'f', 'new', 'old']);
  await volume.root.writeFile('/f', Buffer.from('new'), plain);
  expect(await readdir(volume.at)).toEqual(['f']);
});
