// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Action } from './layout.ts';
import { ARTIFACTS } from './manifest.ts';
import { REPORTED_PHASES } from './phases.ts';
import { conditionsOf } from './pod-conditions.ts';
import type { JobStatus } from './status.ts';
import { VERSION } from './version.ts';

/** Where the agent serves its metrics. */
export const METRICS_PATH = '/metrics';

/** What metrics are made of. */
export interface MeteredJob {
  readonly action: Action;
  readonly status: JobStatus;
}

/** One value, by its labels. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One row of {@link METRICS}. */
export interface MetricRow {
  readonly type: 'gauge';
  /** One sentence for people, which is served too. */
  readonly help: string;
  readonly labels: readonly string[];
  /** None when there is nothing to say. */
  readonly samples: (job: MeteredJob) => readonly MetricSample[];
}

/**
 * Every metric that the agent serves, by its name. The values of labels are those of our own tables and the id of the
 * job: what a user could choose would make series without end.
 */
export const METRICS = {
  ims_job_info: {
    type: 'gauge',
    help: 'Which job it is, and the version of its agent; always 1',
    labels: ['job_id', 'action', 'version'],
    samples: ({ action, status }) => [{ labels: { job_id: status.job, action, version: VERSION }, value: 1 }],
  },
  ims_job_phase: {
    type: 'gauge',
    help: 'Whether the job is in the phase: 1 for one of them, 0 for the others',
    labels: ['phase'],
    samples: ({ status }) =>
      Object.keys(REPORTED_PHASES).map((phase) => ({ labels: { phase }, value: truth(phase === status.phase) })),
  },
  ims_job_phase_entered_timestamp_seconds: {
    type: 'gauge',
    help: 'When the job entered the phase that it is in, as Unix time',
    labels: [],
    samples: ({ status }) => [{ labels: {}, value: Date.parse(status.phaseSince) / 1000 }],
  },
  ims_job_phase_duration_seconds: {
    type: 'gauge',
    help: 'How long the job was in a phase that is behind it, without the present stay in one that it came back to',
    labels: ['phase'],
    samples: ({ status }) => samplesBy('phase', Object.keys(REPORTED_PHASES), new Map(Object.entries(status.timings))),
  },
  ims_job_condition: {
    type: 'gauge',
    help: 'Whether the condition of the pod has the status: 1 for one of the two, 0 for the other',
    labels: ['condition', 'status'],
    samples: ({ status }) =>
      conditionsOf(status).flatMap((condition) =>
        (['True', 'False'] as const).map((value) => ({
          labels: { condition: condition.type, status: value.toLowerCase() },
          value: truth(condition.status === value),
        })),
      ),
  },
  ims_job_artifact_bytes: {
    type: 'gauge',
    help: 'The size of an artifact of the image that is stored and verified',
    labels: ['artifact'],
    samples: ({ status }) =>
      samplesBy('artifact', Object.keys(ARTIFACTS), new Map(status.artifacts.map(({ name, size }) => [name, size]))),
  },
} as const satisfies Record<string, MetricRow>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

function truth(holds: boolean): number {
  return holds ? 1 : 0;
}

/** What lies on the volume may have been written by the user of the shell: only names that we know, and numbers. */
function samplesBy(
  label: string,
  names: readonly string[],
  values: ReadonlyMap<string, number | undefined>,
): MetricSample[] {
  return names.flatMap((name) => {
    const value = values.get(name);
    return typeof value === 'number' && Number.isFinite(value) ? [{ labels: { [label]: name }, value }] : [];
  });
}
