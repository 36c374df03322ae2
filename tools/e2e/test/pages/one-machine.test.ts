// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';

import { startObjectStore } from '@ims/testing';

import { placeImage } from './support/images.ts';
import { describePage } from './support/reader.ts';
import { setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';
import { publishByHand } from './support/visitor.ts';

describePage('docs/one-machine.md', async () => {
  const scene = await setScene('one-machine');
  await placeImage(`${scene.srv}/root`, 'directory');
  await placeImage(`${scene.clone}/root.sqsh`, 'squashfs');
  await placeImage(`${scene.clone}/root.tar.zst`, 'tar');
  await writeFile(`${scene.clone}/setup.sh`, 'echo customized > /etc/made\n');
  const { endpoint, accessKey, secretKey } = await startObjectStore();
  return {
    session: await openSession(scene),
    answers: [publishByHand],
    own: {
      'https://rgw.example:8080': () => endpoint,
      'S3_ACCESS_KEY=…': () => `S3_ACCESS_KEY=${accessKey}`,
      'S3_SECRET_KEY=…': () => `S3_SECRET_KEY=${secretKey}`,
    },
  };
});
