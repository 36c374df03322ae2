// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX, type AnnotationName } from '@ims/contract';
import { expect } from 'vitest';

import type { Namespace } from './namespace.ts';
import type { SeenPod } from './seen.ts';

const annotation = (name: AnnotationName): string =>
  `{.metadata.annotations.${KUBERNETES_PREFIX.replaceAll('.', '\\.')}${name}}`;

const finished = (field: 'status' | 'reason'): string =>
  `{.status.conditions[?(@.type=="${KUBERNETES_PREFIX}Finished")].${field}}`;

/** What is followed of a pod: what kubectl prints of it in one line. */
const FOLLOWED = {
  phase: annotation('phase'),
  reason: annotation('reason'),
  finished: finished('status'),
  finishedReason: finished('reason'),
  podPhase: '{.status.phase}',
};

type Followed = Readonly<Record<keyof typeof FOLLOWED, string>>;

/** A pod that is followed from before it goes: nobody can read it afterwards. */
export interface Following {
  /** Waits until all its containers have ended, and expects that its agent has said so on the pod before that. */
  readonly expectInterrupted: () => Promise<void>;
}

/** Follows a pod; resolves when it is seen for the first time. */
export async function followPod({ follow }: Namespace, { metadata }: SeenPod): Promise<Following> {
  const columns = `jsonpath=${Object.values(FOLLOWED).join('|')}{"\\n"}`;
  const watch = follow(['get', 'pod', metadata.name, '--watch', '--output', columns]);
  await watch.waitFor('\n');
  return {
    expectInterrupted: async () => {
      await watch.waitFor(/\|(?:Failed|Succeeded)\n/);
      const last = watch.said
        .split('\n')
        .map(followedIn)
        .find(({ podPhase }) => podPhase !== 'Running' && podPhase !== 'Pending');
      expect(last).toEqual({
        ...{ phase: 'Interrupted', reason: 'Interrupted' },
        ...{ finished: 'True', finishedReason: 'Interrupted', podPhase: 'Failed' },
      });
    },
  };
}

function followedIn(line: string): Followed {
  const values = line.split('|');
  return Object.fromEntries(Object.keys(FOLLOWED).map((name, index) => [name, values[index] ?? ''])) as Followed;
}
