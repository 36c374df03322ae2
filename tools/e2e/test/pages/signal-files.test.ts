// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';

import { describePage } from './support/reader.ts';
import { setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';

describePage('docs/signal-files.md', async () => {
  const scene = await setScene('signal-files');
  await mkdir(`${scene.mnt}/image`);
  await writeFile(`${scene.mnt}/image/ready`, 'ready\n');
  await writeFile(`${scene.mnt}/image/complete`, '');
  return { session: await openSession(scene) };
});
