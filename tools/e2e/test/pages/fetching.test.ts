// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';

import { placeImage } from './support/images.ts';
import { describePage } from './support/reader.ts';
import { setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';

describePage('docs/fetching.md', async () => {
  const scene = await setScene('fetching');
  await mkdir(`${scene.mnt}/image`);
  await placeImage(`${scene.srv}/root.sqsh`, 'squashfs');
  return {
    session: await openSession(scene),
    own: { 'https://rgw.example:8080/boot-images/5f0c7b0e/rootfs?…': () => 'file:///srv/root.sqsh' },
  };
});
