// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout } from 'node:timers/promises';

import type { ReportedPhase } from '@ims/contract';
import { createPodReporter } from '@ims/kube';
import { silentLogger } from '@ims/runtime';
import { judge, median, percentile, type Figure } from '../figure.ts';
import type { Change } from './api.ts';
import { statusOf } from './ordinary-job.ts';
import { openPlace, type Place } from './place.ts';
import { makePods, type ToldPod } from './told-pods.ts';
import { PHASE, type PodSeen } from './writes.ts';

/** What was written within this time of a phase shares the next write, so that nothing but the first would be seen. */
const APART_MS = 1200;

const PHASES: readonly ReportedPhase[] = ['WaitingOnUser', 'Validating'];

const FLOOR = 'example.com/round';

/** An agent with more to tell than a job ever has tells it ever less often, in the end once a minute. */
const CHANGES_OF_A_JOB = 10;

/** From a change of phase in the agent to the annotation in the hands of somebody who watches the pod. */
export async function measureTelling(jobs: number): Promise<Figure[]> {
  const place = await openPlace();
  const pods = await makePods(place, jobs);
  const seen = await watchPods(place);
  const rounds: Round[] = [];
  for (const pod of pods) rounds.push(...(await measureJob(place, pod, seen)));
  seen.stop();
  return figuresOf(
    rounds.map(({ ours }) => ours),
    rounds.map(({ bare }) => bare),
  );
}

interface Round {
  readonly ours: number;
  readonly bare: number;
}

async function measureJob(place: Place, pod: ToldPod, seen: Seen): Promise<Round[]> {
  await using reporter = createPodReporter({ place: pod.place, logger: silentLogger });
  const begun = seen.next(PHASE, 'Starting');
  reporter.report(statusOf(pod.job, 'Starting'));
  await begun;
  const rounds: Round[] = [];
  for (let round = 0; round < CHANGES_OF_A_JOB; round++) {
    await setTimeout(APART_MS);
    const phase = PHASES[round % PHASES.length] ?? 'Validating';
    const told = seen.next(PHASE, phase);
    const at = performance.now();
    reporter.report(statusOf(pod.job, phase));
    const ours = (await told) - at;
    await setTimeout(APART_MS / 4);
    rounds.push({ ours, bare: await barePatch(place, { seen, pod, round }) });
  }
  return rounds;
}

function figuresOf(ours: readonly number[], bare: readonly number[]): Figure[] {
  const samples = ours.length;
  return [
    judge({
      name: 'phase changes → somebody who watches sees it, p50',
      value: median(ours),
      unit: 'ms',
      samples,
      floor: { name: 'a bare patch of that size', value: median(bare) },
      target: { kind: 'at most', value: 100, of: 'value' },
    }),
    judge({
      name: 'phase changes → somebody who watches sees it, p90',
      value: percentile(ours, 0.9),
      unit: 'ms',
      samples,
      floor: { name: 'a bare patch of that size', value: percentile(bare, 0.9) },
    }),
  ];
}

async function barePatch(
  { api, namespace }: Place,
  { seen, pod, round }: { readonly seen: Seen; readonly pod: ToldPod; readonly round: number },
): Promise<number> {
  const value = `${String(round)} ${'x'.repeat(600)}`;
  const told = seen.next(FLOOR, value);
  const at = performance.now();
  await api.call('PATCH', `/api/v1/namespaces/${namespace}/pods/${pod.name}`, {
    metadata: { annotations: { [FLOOR]: value } },
  });
  return (await told) - at;
}

interface Seen {
  /** The moment when an annotation is seen to have a value. */
  next(key: string, value: string): Promise<number>;
  readonly stop: () => void;
}

async function watchPods({ api, namespace }: Place): Promise<Seen> {
  const waiting = new Set<(change: Change<PodSeen>) => void>();
  const watch = await api.watch<PodSeen>(`/api/v1/namespaces/${namespace}/pods`, (change) => {
    for (const look of waiting) look(change);
  });
  return {
    next: async (key, value) =>
      await new Promise((resolve) => {
        const look = ({ object, at }: Change<PodSeen>): void => {
          if (object.metadata.annotations?.[key] !== value) return;
          waiting.delete(look);
          resolve(at);
        };
        waiting.add(look);
      }),
    stop: () => {
      watch.stop();
    },
  };
}
