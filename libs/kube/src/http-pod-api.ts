// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { REPORTING_CONTROLLER } from '@ims/contract';

import { refusalOf } from './answers.ts';
import type { ApiAnswer, ApiCall, ApiClient } from './api-client.ts';
import type { OwnPod } from './own-pod.ts';
import { ApiRefusal, type EventDraft, type PodApi, type PodSeen, type TimedCondition, type Write } from './pod-api.ts';

/** As whom the fields of the pod are owned. */
const MANAGER = 'fieldManager=ims-agent';

/** The most characters that the name of a reporting instance may have. */
const INSTANCE_LIMIT = 128;

/** The most characters that the name of an object may have. */
const NAME_LIMIT = 253;

/** The own pod over HTTP. */
export function createPodApi(pod: OwnPod, client: ApiClient): PodApi {
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`;
  return {
    read: async (signal) => {
      const answer = await client.call({ method: 'GET', path }, signal);
      if (!isSuccess(answer.status)) throw refusalOf(answer);
      return podIn(answer);
    },
    write: async (write, signal) => {
      const answer = await client.call(callOf(write, pod, path), signal);
      if (isDone(write, answer)) return;
      const refusal = refusalOf(answer);
      // No event is worth giving the pod up for.
      throw write.kind === 'event' && refusal.kind === 'gone' ? new ApiRefusal('rejected', refusal.message) : refusal;
    },
  };
}

function callOf(write: Write, pod: OwnPod, path: string): ApiCall {
  switch (write.kind) {
    case 'annotations':
      return {
        method: 'PATCH',
        path: `${path}?${MANAGER}`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { uid: write.uid, annotations: write.patch } },
      };
    case 'conditions':
      return {
        method: 'PATCH',
        path: `${path}/status?${MANAGER}`,
        // The list is merged by the type of each condition: those of others stay as they are.
        contentType: 'application/strategic-merge-patch+json',
        body: { metadata: { uid: write.uid }, status: { conditions: write.conditions.map(counted(write.generation)) } },
      };
    case 'event':
      return {
        method: 'POST',
        path: `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(pod.namespace)}/events?${MANAGER}`,
        body: eventBody(write.event, pod, write.uid),
      };
  }
}

function counted(generation: number | undefined): (condition: TimedCondition) => object {
  return (condition) => (generation === undefined ? condition : { ...condition, observedGeneration: generation });
}

function eventBody(event: EventDraft, pod: OwnPod, uid: string): object {
  const { type, reason, action, note, id, when, count } = event;
  const eventTime = microseconds(when);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      name: `${pod.name.slice(0, NAME_LIMIT - id.length - 1).replace(/[-.]+$/, '')}.${id}`,
      namespace: pod.namespace,
    },
    eventTime,
    ...(count > 1 ? { series: { count, lastObservedTime: eventTime } } : {}),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: pod.name.slice(0, INSTANCE_LIMIT),
    action,
    reason,
    regarding: { apiVersion: 'v1', kind: 'Pod', name: pod.name, namespace: pod.namespace, uid },
    note,
    type,
  };
}

function microseconds(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

/** An event that is there already was told by an attempt whose answer was lost. */
function isDone({ kind }: Write, { status }: ApiAnswer): boolean {
  return isSuccess(status) || (kind === 'event' && status === 409);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function podIn(answer: ApiAnswer): PodSeen {
  const { metadata, status } = JSON.parse(answer.text) as PodBody;
  return {
    uid: metadata.uid,
    generation: metadata.generation,
    annotations: metadata.annotations ?? {},
    conditions: (status?.conditions ?? []).map(({ type, status: is, reason, message, lastTransitionTime }) => ({
      type,
      status: is === 'True' ? 'True' : 'False',
      reason: reason ?? '',
      message: message ?? '',
      lastTransitionTime: lastTransitionTime ?? '',
    })),
  };
}

/** What is used of a pod. */
interface PodBody {
  readonly metadata: {
    readonly uid: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string | null;
    }[];
  };
}
