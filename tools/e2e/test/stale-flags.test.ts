// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete } from './support/finish.ts';
import { openPair, startPair } from './support/pair.ts';
import { publishedImage, unpack } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

it.each([{ jailed: true }, { jailed: false }])(
  'H21 flags of an earlier customization neither end the new job nor are published; jailed: $jailed',
  async ({ jailed }) => {
    const pair = await openPair({
      jailed,
      prepare: async ({ imageRoot, parent }) => {
        await writeFile(`${imageRoot}/tmp/complete`, '');
        await writeFile(`${imageRoot}/tmp/failed`, 'an old word\n');
        await symlink('complete', `${imageRoot}/tmp/complete.refused`);
        // Stale ones on the volume too, as after a pod that was killed.
        await writeFile(`${parent}/exiting`, '');
        if (!jailed) await writeFile(`${parent}/complete`, '');
      },
    });
    expect((await pair.ssh('echo open')).stdout).toBe('open\n');
    await complete(pair);
    const published = describeTree(await unpack(pair.job));
    expect([...published.keys()].filter((path) => path.startsWith('tmp/'))).toEqual([]);
    // H22: and /tmp itself is as it was.
    expect(published.get('tmp')?.mode).toBe('41777');
  },
);

it('H21 a directory in the place of a flag is refused before the shell opens, with the mend', async () => {
  const prepare = async ({ imageRoot }: { imageRoot: string }): Promise<void> => {
    await mkdir(`${imageRoot}/tmp/complete/full`, { recursive: true });
  };
  const pair = await startPair({ jailed: true, prepare });
  const ends = await pair.ends();
  expect(ends.agent).toBe(30);
  const { message } = await pair.status();
  const command = `rm -r ${pair.volume.imageRoot}/tmp/complete`;
  expect(message).toContain(`run: ${command}`);
  execSync(command);
  expect(await readdir(`${pair.volume.imageRoot}/tmp`)).not.toContain('complete');
});

it('H18 output of an earlier start is replaced, not appended to', async () => {
  const pair = await openPair({
    jailed: true,
    prepare: async ({ layout }) => {
      await mkdir(layout.private, { mode: 0o700 });
      await writeFile(layout.archive, 'an old archive'.repeat(100_000));
      await writeFile(`${layout.archive}.partial`, 'half of an old archive');
    },
  });
  await complete(pair);
  const { directory } = await publishedImage(pair.job);
  expect((await readFile(`${directory}/rootfs`)).subarray(0, 4).toString()).toBe('hsqs');
  expect([...describeTree(await unpack(pair.job))]).toEqual([...describeTree(pair.volume.imageRoot)]);
});
