// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import { NODE, temporaryDirectory } from '@ims/testing';
import { judge, percentile, type Figure } from '../figure.ts';
import { memoryOf } from '../proc.ts';
import { helper } from '../program.ts';
import { openPlace, type Place } from './place.ts';
import { makePods, type ToldPod } from './told-pods.ts';
import { countWrites } from './writes.ts';

const run = promisify(execFile);

/** Of which each is a process. */
const CROWD = 250;
const MOST_WRITES = 24;
/** For what the watches have not told yet. */
const SETTLE_MS = 3000;
const SAMPLES = 200;

/** How many there are, and within how many seconds all of them begin and end. */
interface Crowded {
  readonly count: number;
  readonly seconds: number;
}

/** So many agents tell the real API server of an ordinary job each, all at the same time. */
export async function measureAgents({ count, seconds }: Crowded): Promise<Figure[]> {
  const place = await openPlace();
  const pods = await makePods(place, count);
  const alone = await patchTimes(place);
  const pid = await place.own.pid('kube-apiserver');
  const before = memoryOf(pid).rss;
  const writes = await countWrites(place);
  const crowds = await Promise.all(slices(pods).map(async (slice) => await tell(slice, seconds)));
  await setTimeout(SETTLE_MS);
  writes.stop();
  const grown = memoryOf(pid).rss - before;
  const patches = crowds.flatMap((crowd) => crowd.patches);
  const ended = [...writes.phases.values()].filter((phase) => phase === 'Succeeded').length;
  const counts = [...writes.counts.values()];
  const what = `${String(count)} agents`;
  const samples = patches.length;
  return [
    judge({
      name: `${what}: most API writes of a job`,
      value: Math.max(...counts),
      unit: 'calls',
      samples: counts.length,
      target: { kind: 'at most', value: MOST_WRITES, of: 'value' },
    }),
    judge({
      name: `${what}: a patch, p99`,
      value: percentile(patches, 0.99),
      unit: 'ms',
      samples,
      floor: { name: 'a patch of one client alone', value: percentile(alone, 0.99) },
    }),
    judge({
      name: `${what}: a patch, p50`,
      value: percentile(patches, 0.5),
      unit: 'ms',
      samples,
      floor: { name: 'a patch of one client alone', value: percentile(alone, 0.5) },
    }),
    judge({ name: `${what}: memory of the API server for each`, value: grown / count, unit: 'MiB', samples: 1 }),
    judge({
      name: `${what}: troubles that an agent warned of`,
      value: crowds.reduce((sum, { warnings }) => sum + warnings, 0),
      unit: 'calls',
      samples,
      target: { kind: 'at most', value: 0, of: 'value' },
    }),
    judge({
      name: `${what}: pods that say Succeeded in the end`,
      value: (ended / count) * 100,
      unit: '%',
      samples: count,
      target: { kind: 'at least', value: 100, of: 'value' },
    }),
  ];
}

interface Crowd {
  readonly patches: readonly number[];
  readonly warnings: number;
}

async function tell(pods: readonly ToldPod[], seconds: number): Promise<Crowd> {
  const file = `${await temporaryDirectory('crowd')}/pods.json`;
  await writeFile(file, JSON.stringify(pods));
  const args = [helper('./cluster/agents.ts'), file, String(seconds)];
  const { stdout } = await run(NODE, args, { maxBuffer: 64 * 1024 * 1024, timeout: seconds * 3000 });
  return JSON.parse(stdout) as Crowd;
}

/** What a patch of the size of a phase takes when nobody else asks for anything, in milliseconds. */
async function patchTimes({ api, namespace }: Place): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < SAMPLES; round++) {
    const at = performance.now();
    const annotations = { 'example.com/round': `${String(round)} ${'x'.repeat(600)}` };
    await api.call('PATCH', `/api/v1/namespaces/${namespace}/pods/job-0000`, { metadata: { annotations } });
    found.push(performance.now() - at);
  }
  return found;
}

function slices(pods: readonly ToldPod[]): ToldPod[][] {
  return Array.from({ length: Math.ceil(pods.length / CROWD) }, (_, at) => pods.slice(at * CROWD, (at + 1) * CROWD));
}
