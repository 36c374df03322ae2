// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually } from '@ims/testing';
import { afterAll, expect, it } from 'vitest';

import { tableOf, type Row } from '../fault-matrix/table.ts';
import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobsOnOwn, type Bench } from './bench.ts';
import { followPod } from './following.ts';
import { HOLDS, type HeldPhase } from './holds.ts';
import { LOSSES, type Loss, type Present } from './losses.ts';
import { startPodJob } from './pod-job.ts';
import { expectToldTruly } from './told.ts';

/** One phase of the table: each loss meets it once, in jobs of their own, side by side. One phase is one file. */
export function describeLosses(phase: HeldPhase): void {
  describeJobsOnOwn('a Job that loses something', phase.toLowerCase(), (bench) => {
    const rows: Row[] = [];

    afterAll(() => {
      process.stdout.write(`${tableOf(rows)}\n`);
    });

    it(`H3 H6 while it is ${phase} ends in the next pod, with one record, one set of objects and the truth; whose pod is told to end says so on it`, async () => {
      const { present } = HOLDS[phase];
      const losses = LOSSES.filter((loss) => canBeLost(loss, present));
      const cells = losses.map(async (loss): Promise<Row> => {
        const outcome = await play(bench(), phase, loss).catch((error: unknown) => `failed: ${String(error)}`);
        return { fault: loss.name, step: phase, outcome };
      });
      rows.push(...(await Promise.all(cells)));
      expect(rows.filter(({ outcome }) => outcome !== DONE)).toEqual([]);
    }, 600_000);
  });
}

const DONE = 'complete in the next pod';

/** There is no shell yet, or no more. */
function canBeLost({ container }: Loss, present: Present): boolean {
  return container !== 'sshd' || present === 'both';
}

async function play(bench: Bench, phase: HeldPhase, { lose, container }: Loss): Promise<string> {
  const { hold, needsUser, present } = HOLDS[phase];
  const world = await bench.startWorld();
  const { job: commissioned, base } = await commission(world);
  const source = { url: `s3://${world.objects.bucket}/${base.key}` };
  const job = await startPodJob(bench, { world, job: commissioned, values: { job: { jail: true }, source } });
  const { pod: first, release } = await hold({ world, base, job });
  const isTold = container === undefined;
  const following = isTold ? await followPod(bench.namespace, first) : undefined;
  await lose(bench, first, present);
  await release(isTold ? 'told-to-end' : 'now');
  await following?.expectInterrupted();
  await eventually(async () => (await job.pod()).metadata.uid !== first.metadata.uid);
  if (needsUser) {
    await job.shellReady();
    if (phase === 'WaitingOnUser') expect(await job.ssh('cat /root/kept')).toMatchObject({ code: 0, stdout: 'kept\n' });
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
  }
  expect(await job.ended('Complete')).toBe('CompletionsReached');
  await expectPublished(world, commissioned, [base.key]);
  expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
  return DONE;
}
