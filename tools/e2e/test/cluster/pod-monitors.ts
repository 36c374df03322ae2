// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { onCleanup, temporaryDirectory } from '@ims/testing';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Namespace } from './namespace.ts';

/** What the Prometheus operator installs. Its Go module is fetched as those of the cluster are, and kept by Go. */
const OPERATOR = {
  module: 'github.com/prometheus-operator/prometheus-operator',
  version: 'v0.94.1',
  sum: 'h1:QEIb2wenPH+SdMN1xMf8l4Pmj00YYXXI6HlbLlQWkww=',
};
const FILE = 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml';
const KIND = 'podmonitors.monitoring.coreos.com';

/** What the tests read of a PodMonitor. */
interface SeenMonitor {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podTargetLabels: readonly string[];
    readonly podMetricsEndpoints: readonly { readonly port: string; readonly path?: string }[];
  };
}

/** A pod that a Prometheus would read. */
export interface Target {
  readonly address: string;
  /** The labels of the pod that every sample gets. */
  readonly labels: Readonly<Record<string, string | undefined>>;
}

interface MonitoredPod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly {
      readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
    }[];
  };
  readonly status: { readonly podIP?: string };
}

/** Whether the cluster knows the kind, from whomever. */
export async function knowsPodMonitors({ kubectl }: Namespace): Promise<boolean> {
  return (await kubectl(['get', 'customresourcedefinitions', '--output', 'name'])).includes(`/${KIND}\n`);
}

/** Teaches the cluster the kind until the test has ended. */
export async function teachPodMonitors({ kubectl }: Namespace): Promise<void> {
  await kubectl(['create', '--filename', `${await operatorSource()}/${FILE}`]);
  onCleanup(async () => {
    await kubectl(['delete', 'customresourcedefinition', KIND]);
  });
  await kubectl(['wait', '--for=condition=Established', '--timeout=60s', 'customresourcedefinition', KIND]);
}

/** The pods that the monitor selects and the port that it names, as the operator tells Prometheus. */
export async function targetsOf({ kubectl }: Namespace, monitor: string): Promise<Target[]> {
  const json = async <T>(...args: readonly string[]): Promise<T> =>
    JSON.parse(await kubectl(['get', ...args, '--output', 'json'])) as T;
  const { spec } = await json<SeenMonitor>(KIND, monitor);
  const selector = Object.entries(spec.selector.matchLabels).map(([key, value]) => `${key}=${value}`);
  const { items } = await json<{ items: MonitoredPod[] }>('pods', '--selector', selector.join(','));
  return items.flatMap((pod) => {
    const labels = Object.fromEntries(spec.podTargetLabels.map((key) => [key, pod.metadata.labels[key]]));
    const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
    return spec.podMetricsEndpoints.flatMap(({ port, path = '/metrics' }) =>
      ports
        .filter(({ name }) => name === port)
        .map(({ containerPort }) => ({
          address: `http://${pod.status.podIP ?? ''}:${String(containerPort)}${path}`,
          labels,
        })),
    );
  });
}

async function operatorSource(): Promise<string> {
  const { module, version, sum } = OPERATOR;
  // Not in a module of ours, whose versions would count.
  const cwd = await temporaryDirectory('operator');
  const args = ['mod', 'download', '-json', `${module}@${version}`];
  const { stdout } = await promisify(execFile)('go', args, { cwd, env: { ...process.env, GOWORK: 'off' } });
  const { Dir, Sum } = JSON.parse(stdout) as { Dir: string; Sum: string };
  if (Sum !== sum) throw new Error(`${module} ${version} is not what it was: ${Sum}`);
  return Dir;
}
