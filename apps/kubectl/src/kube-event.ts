// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { listOf, textOf } from './fields.ts';

/** What Kubernetes tells of an object; every text is safe to be shown. */
export interface KubeEvent {
  /** The name of the event itself. */
  readonly id: string;
  /** Of the object that it is about: `Job`, `Pod`, `PersistentVolumeClaim`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339: when it was last so. */
  readonly at: string;
}

/** Reads an event; nothing when it is none. */
export function kubeEventOf(value: unknown): KubeEvent | undefined {
  const name = textOf(value, 'involvedObject', 'name');
  const reason = textOf(value, 'reason');
  if (name === undefined || reason === undefined) return undefined;
  return {
    id: textOf(value, 'metadata', 'name') ?? '',
    ...{ kind: textOf(value, 'involvedObject', 'kind') ?? '', name, reason },
    namespace: textOf(value, 'metadata', 'namespace') ?? '',
    message: textOf(value, 'message') ?? '',
    at: timeOf(value),
  };
}

/** An event that was told again keeps its first time, and has the last one beside it. */
function timeOf(event: unknown): string {
  const last = [['series', 'lastObservedTime'], ['lastTimestamp'], ['eventTime'], ['metadata', 'creationTimestamp']];
  return last.flatMap((path) => textOf(event, ...path) ?? [])[0] ?? '';
}

/** The events in a list. */
export function kubeEventsIn(list: unknown): KubeEvent[] {
  return listOf(list, 'items').flatMap((item) => kubeEventOf(item) ?? []);
}

/** The last event of an object, when it has one of these reasons: of what came before it is over. */
export function lastOf(
  events: readonly KubeEvent[],
  about: Pick<KubeEvent, 'kind' | 'name' | 'namespace'>,
  reasons: readonly string[],
): KubeEvent | undefined {
  const last = events
    .filter(({ kind, name, namespace }) => kind === about.kind && name === about.name && namespace === about.namespace)
    .toSorted((one, other) => one.at.localeCompare(other.at))
    .at(-1);
  return last !== undefined && reasons.includes(last.reason) ? last : undefined;
}
