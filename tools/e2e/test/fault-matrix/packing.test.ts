// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually, type Program } from '@ims/testing';

import { childrenOf } from '../support/container.ts';
import { entered } from '../support/pair.ts';
import { stopWhen, type Cell } from './cell.ts';
import { describeColumn } from './column.ts';
import { STEPS } from './steps.ts';

/** Packing calls nobody: the faults meet what IMS is told meanwhile. */
describeColumn({
  step: { ...STEPS.packing, large: true },
  more: (['SIGKILL', 'SIGTERM'] as const).map((signal) => ({
    name: `${signal === 'SIGKILL' ? 'kill -9' : signal} while mksquashfs runs`,
    play: async (cell: Cell) => await stopWhen(cell, { signal, reached: whilePacking }),
  })),
});

/** On a busy machine mksquashfs may come and go unseen: then it is the step after it that is met. */
async function whilePacking(agent: Program): Promise<void> {
  await agent.waitForLine(entered('Packaging'));
  await eventually(async () => agent.lines.some(entered('Uploading')) || (await childrenOf(agent.pid)).length > 0);
}
