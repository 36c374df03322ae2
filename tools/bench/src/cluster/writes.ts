// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX } from '@ims/contract';
import type { Change } from './api.ts';
import type { Place } from './place.ts';

/** What is looked at of a pod. */
export interface PodSeen {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
}

/** What the API server says that has been written for each pod, by its name. */
export interface Writes {
  readonly counts: ReadonlyMap<string, number>;
  readonly phases: ReadonlyMap<string, string>;
  stop(): void;
}

/** The annotation that names the phase. */
export const PHASE = `${KUBERNETES_PREFIX}phase`;

/**
 * Counts writes of agents by two watches: each change of our annotations or conditions of a pod, and each event of ours.
 * What is refused, or changes nothing, is no change.
 */
export async function countWrites({ api, namespace }: Place): Promise<Writes> {
  const counts = new Map<string, number>();
  const phases = new Map<string, string>();
  const last = new Map<string, string>();
  const count = (pod: string): void => void counts.set(pod, (counts.get(pod) ?? 0) + 1);
  const pods = await api.watch(`/api/v1/namespaces/${namespace}/pods`, ({ type, object }: Change<PodSeen>) => {
    const { name, annotations } = object.metadata;
    const ours = oursOf(object);
    if (type === 'MODIFIED' && ours !== last.get(name)) count(name);
    last.set(name, ours);
    phases.set(name, annotations?.[PHASE] ?? '');
  });
  const events = await api.watch(
    `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
    ({ type, object }: Change<{ reportingController?: string; regarding?: { name: string } }>) => {
      const isOurs = object.reportingController?.startsWith(KUBERNETES_PREFIX) === true;
      if (type === 'ADDED' && isOurs && object.regarding !== undefined) count(object.regarding.name);
    },
  );
  return {
    counts,
    phases,
    stop: () => {
      pods.stop();
      events.stop();
    },
  };
}

function oursOf({ metadata, status }: PodSeen): string {
  const notes = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(KUBERNETES_PREFIX));
  const conditions = (status?.conditions ?? []).filter(({ type }) => type.startsWith(KUBERNETES_PREFIX));
  return JSON.stringify([notes, conditions]);
}
