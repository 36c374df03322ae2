// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as delay } from 'node:timers/promises';

import { startCluster } from '@ims/cluster';
import { encodeTermination } from '@ims/contract';
import { eventually, onCleanup } from '@ims/testing';
import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { expectPublished } from '../publishing/outcome.ts';
import { describeJobsOnOwn, type Bench } from './bench.ts';
import { HOLDS, type Held, type HeldPhase, type Started } from './holds.ts';
import { annotationOf, startPodJob } from './pod-job.ts';
import { processesIn } from './pod-processes.ts';
import { endOf } from './seen.ts';
import { expectToldTruly } from './told.ts';

/** How long there is no API server; longer than any agent may take to give up telling its pod something. */
const OUTAGE_MS = 60_000;

/** Longer than the outage: what is held by the world of the test is held through it. */
const PATIENT = { IMS_RETRY_TIMEOUT: '600', IMS_OUTBOX_TIMEOUT: '600' };

/** A job that does not leave its phase. */
interface HeldJob extends Started {
  readonly held: Held;
  readonly isPublished: () => Promise<void>;
}

describeJobsOnOwn('a Job whose API server goes away for a minute', 'outage', (bench) => {
  it('goes on and ends as if nothing had happened, and its pod is told the truth as soon as that is possible', async () => {
    const own = bench().own;
    const start = async (phase: HeldPhase): Promise<HeldJob> => await startHeld(bench(), HOLDS[phase].hold);
    const [preparing, shell, ending, validating, packing, uploading, registering, lastWords] = await Promise.all([
      start('Preparing'),
      start('WaitingOnUser'),
      start('WaitingOnUser'),
      start('Validating'),
      start('Packaging'),
      start('Uploading'),
      start('Registering'),
      startHeld(bench(), holdLastWords),
    ]);
    onCleanup(async () => {
      await startCluster();
    });

    await own.stop('kube-apiserver');
    const isOver = delay(OUTAGE_MS);
    for (const { held } of [preparing, validating]) await held.release('now');
    expect(await ending.job.ssh('touch /tmp/complete', ending.held.pod)).toMatchObject({ code: 0 });
    // These two end without it: what is told last has a bound, and nobody waits any longer.
    const ended = [ending, validating];
    for (const { job, held } of ended) {
      await job.reached('Succeeded');
      await eventually(async () => (await processesIn(held.pod, 'agent')).length === 0);
    }
    for (const { isPublished } of ended) await isPublished();
    await isOver;
    await own.start('kube-apiserver');

    for (const { job } of [shell, packing, uploading, registering, lastWords]) {
      const { phase } = await job.status();
      await eventually(async () => annotationOf(await job.pod(), 'phase') === phase);
    }
    for (const { held } of [packing, uploading, registering, lastWords]) await held.release('now');
    for (const { job } of [preparing, shell]) {
      await job.shellReady();
      expect(annotationOf(await job.pod(), 'phase')).toBe('WaitingOnUser');
      expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    }
    const alive = [preparing, shell, packing, uploading, registering, lastWords];
    for (const { job, isPublished } of [...alive, ...ended]) {
      expect(await job.ended('Complete')).toBe('CompletionsReached');
      expect(await job.pods()).toHaveLength(1);
      await isPublished();
    }
    for (const { job } of alive)
      expect(await expectToldTruly(job, { exitCode: 0 })).toMatchObject({ phase: 'Succeeded' });
    // Whose agent has ended meanwhile is told of by the kubelet alone.
    for (const { job } of ended)
      expect(endOf(await job.pod(), 'agent')).toMatchObject({
        exitCode: 0,
        message: encodeTermination(await job.status()),
      });
  }, 900_000);
});

async function startHeld(bench: Bench, hold: (started: Started) => Promise<Held>): Promise<HeldJob> {
  const made = await bench.startWorld();
  const world = { ...made, agentEnv: { ...made.agentEnv, ...PATIENT } };
  const { job: commissioned, base } = await commission(world);
  const source = { url: `s3://${world.objects.bucket}/${base.key}` };
  const job = await startPodJob(bench, { world, job: commissioned, values: { job: { jail: true }, source } });
  const started = { world, base, job };
  const held = await hold(started);
  return { ...started, held, isPublished: async () => await expectPublished(world, commissioned, [base.key]) };
}

/** All is done, and IMS does not hear of it yet. */
async function holdLastWords({ world, job }: Started): Promise<Held> {
  const pod = await job.shellReady();
  const call = { method: 'PATCH', path: /\/jobs\// } as const;
  // The third call from here: that it packs, what came of it, and its end.
  const stall = world.proxies.ims.on({ fault: 'stall', ...call, nth: 3 });
  expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
  await stall.hit;
  return {
    pod,
    release: async () => {
      stall.lift();
    },
  };
}
