// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { whyNoCluster } from '@ims/cluster';
import { cleanUp, SOURCE_TREE } from '@ims/testing';
import { measureAgents } from './cluster/crowd.ts';
import { measureInPod } from './cluster/in-pod.ts';
import { measureTelling } from './cluster/telling.ts';
import type { Figure } from './figure.ts';
import { measureEnding } from './ending.ts';
import { measureHandOvers } from './hand-overs.ts';
import { measureIdling } from './idling.ts';
import { measureMillion } from './million.ts';
import { measureOpening } from './opening.ts';
import { measurePacking } from './packing.ts';
import { measurePublishing } from './publishing.ts';
import { measurePreparing } from './preparing.ts';
import { buildBundles } from './program.ts';
import { measureReading } from './reading/reading.ts';
import { measureSlowIms } from './slow-ims.ts';
import { measureStarting } from './starting.ts';
import { describeMachine } from './machine.ts';
import { tableOf } from './table.ts';
import { measureUploading } from './uploading.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    on: { type: 'string' },
  },
});
const rounds = values.quick ? 60 : 400;

const { quick } = values;
const GROUPS: Readonly<Record<string, () => Promise<Figure[]>>> = {
  'hand-overs': async () => await measureHandOvers(rounds),
  start: async () => await measureStarting(quick ? 7 : 21),
  ready: async () => await measureOpening(quick ? 7 : 21),
  complete: async () => await measureEnding(quick ? 5 : 15),
  idle: async () => await measureIdling(quick ? 10 : 30),
  packing: async () => await measurePacking(quick ? 3 : 5),
  reading: async () => await measureReading(quick ? 'quick' : 'full'),
  'slow-ims': async () => await measureSlowIms(quick ? 5 : 11),
  publishing: async () => await measurePublishing(quick ? 3 : 9),
  preparing: async () =>
    await measurePreparing(quick ? { small: 3, medium: 0, large: 0 } : { small: 25, medium: 7, large: 5 }, values.on),
  uploading: async () =>
    await measureUploading({ rounds: quick ? 3 : 5, fastGiB: quick ? 0.5 : 2, largeGiB: quick ? 1 : 10 }),
  watching: async () =>
    await measureMillion({ files: quick ? 50_000 : 1_000_000, rounds: quick ? 50 : 200, seconds: quick ? 10 : 20 }),
  pod: async () => await onCluster(async () => await measureInPod(quick ? 3 : 9)),
  telling: async () => await onCluster(async () => await measureTelling(quick ? 1 : 4)),
  agents: async () =>
    await onCluster(
      async () => await measureAgents(quick ? { count: 100, seconds: 60 } : { count: 1000, seconds: 240 }),
    ),
};

async function onCluster(measure: () => Promise<Figure[]>): Promise<Figure[]> {
  const why = whyNoCluster();
  if (why === undefined) return await measure();
  process.stderr.write(`leaves it out: ${why}\n`);
  return [];
}

const wanted = values.only ?? Object.keys(GROUPS);
const unknown = wanted.filter((name) => !(name in GROUPS));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}, but ${Object.keys(GROUPS).join(', ')}`);

await buildBundles();
const machine = describeMachine();
const figures: Figure[] = [];
try {
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (!wanted.includes(name)) continue;
    process.stderr.write(`measures ${name}\n`);
    figures.push(...(await measure()));
    await cleanUp();
  }
} finally {
  await cleanUp();
}
const results = {
  at: new Date().toISOString(),
  quick: values.quick,
  before: machine,
  after: describeMachine(),
  figures,
};
await writeFile(`${SOURCE_TREE}/bench-results.json`, `${JSON.stringify(results, undefined, 2)}\n`);
console.log(tableOf(figures));
