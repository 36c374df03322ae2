// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as delay } from 'node:timers/promises';

import { cleanUp } from '@ims/testing';
import { afterAll, describe, test } from 'vitest';

import { entered, type Pair } from '../support/pair.ts';
import { killAndRestart } from './kill-and-restart.ts';
import type { Half, Moment } from './moments.ts';
import { fill } from './noise.ts';
import { expectSurvived, type Row } from './outcome.ts';
import { tableOf } from './table.ts';

/** More than a whole job takes from `complete` to its end on a quiet machine. */
const SPAN_MS = 1600;

const SEEDS = 12;

const rows: Row[] = [];

describe.concurrent('H3 a job whose containers are killed at some instant after complete', () => {
  test.for(Array.from({ length: SEEDS }, (_, seed) => momentOf(seed)))(
    'is published once: $when',
    { timeout: 120_000 },
    async ({ jailed, ...moment }) => {
      const survival = await killAndRestart(moment, { jailed, prepare: fill });
      rows.push(await expectSurvived(survival));
    },
  );
});

afterAll(async () => {
  process.stdout.write(`${tableOf(rows)}\n`);
  await cleanUp();
}, 60_000);

/** The instants are spread over the span, each at random in its own part of it; every third kill takes both halves. */
function momentOf(seed: number): Moment & { readonly jailed: boolean } {
  const after = Math.floor(((seed + noiseOf(seed)) / SEEDS) * SPAN_MS);
  const killed: readonly Half[] = seed % 3 === 2 ? ['agent', 'sshd'] : ['agent'];
  return {
    killed,
    when: `${String(after)} ms after complete`,
    said: true,
    jailed: seed % 2 === 0,
    reached: async (pair: Pair) => {
      await pair.sshd.waitForLine(entered('Asking'));
      await delay(after);
    },
  };
}

/** Between 0 and 1, the same for the same seed, so that a failure can be repeated. */
function noiseOf(seed: number): number {
  const x = Math.sin(seed + 1) * 10_000;
  return x - Math.floor(x);
}
