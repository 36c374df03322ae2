// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { KubernetesObject, Values } from './charts.ts';

/** What the tests read of a Job. */
export interface JobObject extends KubernetesObject {
  readonly kind: 'Job';
  readonly spec: {
    readonly backoffLimit: number;
    readonly activeDeadlineSeconds: number;
    readonly podReplacementPolicy: string;
    readonly podFailurePolicy: { readonly rules: readonly FailureRule[] };
    readonly template: { readonly metadata: KubernetesObject['metadata']; readonly spec: PodSpec };
  };
}

interface FailureRule {
  readonly action: string;
  readonly onExitCodes?: { readonly values: readonly number[] };
  readonly onPodConditions?: readonly { readonly type: string }[];
}

/** What the tests read of a pod. */
interface PodSpec {
  readonly restartPolicy: string;
  readonly automountServiceAccountToken: boolean;
  readonly shareProcessNamespace: boolean;
  readonly runtimeClassName?: string;
  readonly securityContext: { readonly seccompProfile: { readonly type: string }; readonly fsGroup?: number };
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

/** What the tests read of a container. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: readonly EnvironmentRow[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly protocol: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  };
}

interface EnvironmentRow {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

/** The values of a job that works; given ones win, section by section. */
export function customize(given: Readonly<Record<string, Values>> = {}): Values {
  const usual: Readonly<Record<string, Values>> = {
    job: { id: '5f0c7b0e-0b5a-4c1e-9d5e-3f6f0a7e1c11' },
    result: { name: 'cos-2.5' },
    source: { url: 's3://boot-images/5f0c7b0e/rootfs' },
    ssh: { publicKey: 'ssh-ed25519 AAAA me@here' },
  };
  const sections = new Set([...Object.keys(usual), ...Object.keys(given)]);
  return Object.fromEntries([...sections].map((name) => [name, { ...usual[name], ...given[name] }]));
}

/** A container or init container of a job. */
export function container(job: JobObject, name: string): Container {
  const { initContainers, containers } = job.spec.template.spec;
  const found = [...initContainers, ...containers].find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`the job has no container ${name}`);
  return found;
}

/** A variable as the program sees it: Kubernetes makes one dollar of two. */
export function variable(job: JobObject, name: string, variableName: string): string | undefined {
  const row = container(job, name).env?.find((candidate) => candidate.name === variableName);
  return row?.value?.replaceAll('$$', '$');
}

/** The names of the variables of a container. */
export function variableNames(job: JobObject, name: string): string[] {
  return (container(job, name).env ?? []).map((row) => row.name);
}
