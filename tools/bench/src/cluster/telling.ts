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
import { makePods } from './told-pods.ts';
import { PHASE, type PodSeen } from './writes.ts';

/** What was written within this time of a phase shares the next write, so that nothing but the first would be seen. */
const APART_MS = 1200;

const PHASES: readonly ReportedPhase[] = ['WaitingOnUser', 'Validating'];

const FLOOR = 'example.com/round';

/** From a change of phase in the agent to the annotation in the hands of somebody who watches the pod. */
export async function measureTelling(rounds: number): Promise<Figure[]> {
  const place = await openPlace();
  const [pod] = await makePods(place, 1);
  if (pod === undefined) throw new Error('there is no pod');
  const seen = await watchPod(place);
  await using reporter = createPodReporter({ place: pod.place, logger: silentLogger });
  reporter.report(statusOf(pod.job, 'Starting'));
  await seen.next(PHASE, 'Starting');
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    await setTimeout(APART_MS);
    const phase = PHASES[round % PHASES.length] ?? 'Validating';
    const told = seen.next(PHASE, phase);
    const at = performance.now();
    reporter.report(statusOf(pod.job, phase));
    ours.push((await told) - at);
    await setTimeout(APART_MS / 4);
    bare.push(await barePatch(place, seen, round));
  }
  seen.stop();
  return figuresOf(ours, bare);
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

async function barePatch({ api, namespace }: Place, seen: Seen, round: number): Promise<number> {
  const value = `${String(round)} ${'x'.repeat(600)}`;
  const told = seen.next(FLOOR, value);
  const at = performance.now();
  await api.call('PATCH', `/api/v1/namespaces/${namespace}/pods/job-0000`, {
    metadata: { annotations: { [FLOOR]: value } },
  });
  return (await told) - at;
}

interface Seen {
  /** The moment when an annotation is seen to have a value. */
  next(key: string, value: string): Promise<number>;
  readonly stop: () => void;
}

async function watchPod({ api, namespace }: Place): Promise<Seen> {
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
