// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { afterEach, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete } from './support/finish.ts';
import { openPair } from './support/pair.ts';
import { publishedImage, unpack } from './support/published.ts';

afterEach(cleanUp);

/** What the files of a remote job are called on the volume; a user who is not jailed can make them. */
const PLANTED = ['transfer.sqsh', 'remote_port', 'remote_exiting', 'remote_error', 'vmlinuz', 'initrd'];

it('H19 files of a remote job that the user plants change nothing: the image root is what is published', async () => {
  const pair = await openPair();
  const { parent, imageRoot } = pair.volume;
  await pair.ssh(`cd ${parent} && for name in ${PLANTED.join(' ')}; do echo planted > $name; done`);
  await pair.ssh(`echo mine > ${imageRoot}/etc/mark`);
  await complete(pair);
  expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  expect(await readFile(`${await unpack(pair.job)}/etc/mark`, 'utf8')).toBe('mine\n');
  const { directory } = await publishedImage(pair.job);
  for (const name of ['rootfs', 'kernel', 'initrd']) {
    expect(await readFile(`${directory}/${name}`, 'latin1')).not.toBe('planted\n');
  }
});
