// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A condition of a pod or a job. */
interface SeenCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What the tests read of a Job. */
export interface SeenJob {
  readonly status: { readonly conditions?: readonly SeenCondition[] };
}

/** What the tests read of a pod. */
export interface SeenPod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: readonly SeenCondition[];
    readonly containerStatuses?: readonly SeenContainer[];
    readonly initContainerStatuses?: readonly SeenContainer[];
  };
}

interface SeenContainer {
  readonly name: string;
  readonly containerID?: string;
  readonly state: { readonly terminated?: { readonly exitCode: number; readonly message?: string } };
}

/** What the tests read of an event of events.k8s.io. */
export interface SeenEvent {
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly eventTime: string;
}

/** How a container has ended. */
export function endOf({ status }: SeenPod, name: string): { exitCode: number; message?: string } | undefined {
  return status.containerStatuses?.find((container) => container.name === name)?.state.terminated;
}
