// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// One container's story with the real signal files, heartbeat and log; what stands behind them answers at once, so
// that one process can live through hundreds of jobs. A line of input begins the next job.

import { createInterface } from 'node:readline';

import { layoutOf, sentinelPath } from '@ims/contract';
import { createLogger } from '@ims/logging';
import { systemClock } from '@ims/runtime';
import { createBoard, createHeartbeat, createPeer, volumeDirectory } from '@ims/sentinel';

import { agentStory } from './agent-story.ts';
import type { StoryParts } from './story-parts.ts';
import { sshdStory } from './sshd-story.ts';

const [side, parent = '', jail = ''] = process.argv.slice(2);
const layout = layoutOf({ parent, action: 'customize', jailed: jail === 'jailed' });
const own = side === 'agent' ? 'agentAlive' : 'sshdAlive';
const other = side === 'agent' ? 'sshdAlive' : 'agentAlive';
const logger = createLogger({ name: `bench-${String(side)}`, level: 'INFO', destination: 1 });
const user = volumeDirectory(layout.jailed ? `${layout.imageRoot}/tmp` : layout.parent);

const heartbeat = createHeartbeat({ path: sentinelPath(layout, own), text: 'bench', logger });
await heartbeat.start();
const jobs = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while ((await jobs.next()).done !== true) {
  const board = createBoard({ layout, userDirectory: user, logger });
  const peer = createPeer({ path: sentinelPath(layout, other), clock: systemClock });
  const parts: StoryParts = { board, peer, logger, clock: systemClock, layout };
  await (side === 'agent' ? agentStory(parts) : sshdStory(parts));
  await board.close();
}
await heartbeat.stop();
