// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { startWorld } from '../support/world.ts';
import { describePage } from './support/reader.ts';
import { podOf, setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';

describePage('docs/publishing.md', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  const manifest = async (): Promise<string> => {
    const key = (await world.keys()).find((name) => name.endsWith('/manifest.json')) ?? '';
    return `s3://${world.objects.bucket}/${key}`;
  };
  return {
    session: await openSession(podOf(await setScene('publishing'), job)),
    own: { 's3://boot-images/bc228c56-0278-464a-9379-832c75df5377/manifest.json': manifest },
  };
});
