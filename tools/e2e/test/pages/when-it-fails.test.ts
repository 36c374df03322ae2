// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { startWorld } from '../support/world.ts';
import { describePage } from './support/reader.ts';
import { podOf, setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';

describePage('docs/when-it-fails.md', async () => {
  const world = await startWorld();
  const job = await world.createJob({ action: 'create' });
  return { session: await openSession(podOf(await setScene('when-it-fails'), job)) };
});
