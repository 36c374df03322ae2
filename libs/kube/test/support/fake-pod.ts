// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { EventDraft, PodApi, PodSeen, TimedCondition, Write } from '../../src/pod-api.ts';

/** A pod in memory. */
export interface FakePod extends PodApi {
  readonly annotations: Record<string, string>;
  conditions: readonly TimedCondition[];
  readonly events: EventDraft[];
  /** Every write that was tried, with whether it was carried out. */
  readonly tried: { readonly write: Write; readonly isDone: boolean }[];
  /** What a call does instead, in order; `undefined` lets one through. */
  readonly faults: ((signal: AbortSignal) => Promise<never>)[];
  /** What every call of a kind does instead. */
  readonly standing: Partial<Record<Write['kind'] | 'read', (signal: AbortSignal) => Promise<never>>>;
  reads: number;
}

/** Makes a pod with the uid `u1`. */
export function createFakePod(seen: Partial<PodSeen> = {}): FakePod {
  const { uid = 'u1', generation = 3 } = seen;
  const pod: FakePod = {
    annotations: { ...seen.annotations },
    conditions: seen.conditions ?? [],
    events: [],
    tried: [],
    faults: [],
    standing: {},
    reads: 0,
    read: async (signal) => {
      pod.reads += 1;
      await fault(pod, 'read', signal);
      return { uid, generation, annotations: { ...pod.annotations }, conditions: pod.conditions };
    },
    write: async (write, signal) => {
      try {
        await fault(pod, write.kind, signal);
      } catch (error) {
        pod.tried.push({ write, isDone: false });
        throw error;
      }
      pod.tried.push({ write, isDone: true });
      carryOut(pod, write);
    },
  };
  return pod;
}

/** What was carried out of a kind. */
export function done<K extends Write['kind']>(pod: FakePod, kind: K): Extract<Write, { kind: K }>[] {
  return pod.tried.flatMap(({ write, isDone }) =>
    isDone && write.kind === kind ? [write as Extract<Write, { kind: K }>] : [],
  );
}

/** A call that never ends by itself. */
export async function hang(signal: AbortSignal): Promise<never> {
  return await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

async function fault(pod: FakePod, what: Write['kind'] | 'read', signal: AbortSignal): Promise<void> {
  await pod.faults.shift()?.(signal);
  await pod.standing[what]?.(signal);
}

function carryOut(pod: FakePod, write: Write): void {
  switch (write.kind) {
    case 'annotations':
      for (const [key, value] of Object.entries(write.patch)) {
        if (value === null) Reflect.deleteProperty(pod.annotations, key);
        else pod.annotations[key] = value;
      }
      break;
    case 'conditions': {
      const types = write.conditions.map(({ type }) => type);
      pod.conditions = [...pod.conditions.filter(({ type }) => !types.includes(type)), ...write.conditions];
      break;
    }
    case 'event':
      pod.events.push(write.event);
  }
}
