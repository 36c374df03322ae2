// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { startPair } from './support/pair.ts';
import { publishedImage, sumsOf } from './support/published.ts';

afterEach(cleanUp);

it.each([
  ['with slashes', 'sles/15.6/x86_64'],
  ['that looks like a way out', '../../escape'],
  ['with blanks, also at its end', 'two  blanks '],
  ['with quotes and a command', `'single' "double" \`back\` $(touch /tmp/run) \\`],
  ['that is not ASCII', 'Größe 漢字 🎉'],
  ['with a leading dash', '-comp'],
  ['that is a dot', '.'],
  ['of 1024 bytes', 'x'.repeat(1024)],
])('H11 an image %s is published under exactly its name', async (_what, name) => {
  // A create job has the same path from the name to the store, and no shell to wait for.
  const pair = await startPair({ action: 'create', agentEnv: { IMAGE_ROOT_ARCHIVE_NAME: name } });
  expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  const { directory, record, manifest } = await publishedImage(pair.job);
  expect(record.name).toBe(name);
  expect((await pair.status()).imageName).toBe(name);
  const { md5, size } = await sumsOf(`${directory}/rootfs`);
  expect(manifest.artifacts[0]).toMatchObject({ md5, size });
});
