// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';

import { cleanUp, type Volume } from '@ims/testing';
import { afterAll, describe, test } from 'vitest';

import { killAndRestart, USERS_WORK } from './kill-and-restart.ts';
import { journalled, phaseOf, progressOf, whilePacking, type Moment } from './moments.ts';
import { fill } from './noise.ts';
import { expectSurvived, type Row } from './outcome.ts';
import { tableOf } from './table.ts';

const MOMENTS: readonly Moment[] = [
  phaseOf('agent', 'Starting', false),
  phaseOf('agent', 'WaitingOnUser', false),
  phaseOf('agent', 'Validating', true),
  phaseOf('agent', 'Packaging', true),
  whilePacking(),
  phaseOf('agent', 'Uploading', true),
  progressOf('rootfs'),
  phaseOf('agent', 'Registering', true),
  phaseOf('agent', 'Succeeded', true),
  ...['closed', 'packed', 'image', 'stored', 'manifest', 'registered'].map(journalled),
];

const rows: Row[] = [];

describe.concurrent('H3 an agent that is killed at any step publishes the image once', () => {
  test.for(MOMENTS)('killed in $when', { timeout: 120_000 }, async (moment) => {
    const survival = await killAndRestart(moment, { jailed: true, prepare: fill });
    rows.push(await expectSurvived(survival));
  });
});

/** Nobody logs in: what the builder made is packed at once. */
const OF_A_BUILD: readonly Moment[] = [
  phaseOf('agent', 'Starting', true),
  phaseOf('agent', 'Validating', true),
  whilePacking(),
  phaseOf('agent', 'Registering', true),
].map((moment) => ({ ...moment, when: `${moment.when}, create` }));

describe.concurrent('H3 the agent of a create job that is killed at any step publishes the image once', () => {
  test.for(OF_A_BUILD)('killed in $when', { timeout: 120_000 }, async (moment) => {
    const prepare = async (volume: Volume): Promise<void> => {
      await fill(volume);
      await writeFile(`${volume.imageRoot}/etc/motd`, `${USERS_WORK}\n`);
    };
    rows.push(await expectSurvived(await killAndRestart(moment, { action: 'create', prepare })));
  });
});

afterAll(async () => {
  process.stdout.write(`${tableOf(rows)}\n`);
  await cleanUp();
}, 60_000);
