// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';

import { placeImage } from './support/images.ts';
import { describePage } from './support/reader.ts';
import { setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';
import { publishByHand } from './support/visitor.ts';

describePage('README.md', async () => {
  const scene = await setScene('readme');
  await placeImage(`${scene.srv}/roots/compute`, 'directory');
  await placeImage(`${scene.clone}/compute.sqsh`, 'squashfs');
  await placeImage(`${scene.clone}/compute.tar.zst`, 'tar');
  await writeFile(`${scene.clone}/customise.sh`, '#!/bin/sh\necho customized > /etc/made\n');
  return { session: await openSession(scene), answers: [publishByHand] };
});
