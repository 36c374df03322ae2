// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  ANNOTATIONS,
  ANNOTATIONS_LIMIT,
  EVENT_RULES,
  KUBERNETES_PREFIX,
  METRICS,
  METRICS_PATH,
  POD_CONDITIONS,
  REPORTING_CONTROLLER,
  REQUIRED_PERMISSIONS,
  type AnnotationRow,
} from '@ims/contract';
import { code, codes, generatedFrom, page, table } from './markdown.ts';

/** `docs/annotations.md`: what the agent shows of a job in Kubernetes. */
export function annotationsPage(): string {
  return page(
    generatedFrom(['libs/contract']),
    '# What the pod shows',
    INTRODUCTION,
    '## Annotations',
    ANNOTATIONS_INTRODUCTION,
    annotationTable(),
    '## Conditions',
    CONDITIONS_INTRODUCTION,
    table(
      ['Condition', 'True when'],
      Object.entries(POD_CONDITIONS).map(([name, { meaning }]) => [code(`${KUBERNETES_PREFIX}${name}`), meaning]),
    ),
    '## Events',
    EVENTS_INTRODUCTION,
    table(
      ['What happens', 'Type', 'Reason'],
      EVENT_RULES.map(({ what, type, reason }) => [what, type, reason === 'phase' ? 'the phase' : 'why, as annotated']),
    ),
    '## Metrics',
    METRICS_INTRODUCTION,
    table(
      ['Metric', 'Type', 'Labels', 'Meaning'],
      Object.entries(METRICS).map(([name, { type, labels, help }]) => [code(name), type, codes(labels), help]),
    ),
    '## Permissions',
    PERMISSIONS_INTRODUCTION,
    table(
      ['API group', 'Resource', 'Verbs', 'For what'],
      REQUIRED_PERMISSIONS.map(({ group, resource, verbs, purpose }) => [
        group === '' ? 'core' : code(group),
        code(resource),
        codes(verbs),
        purpose,
      ]),
    ),
  );
}

const INTRODUCTION = `The agent tells what its job is doing on its own pod, so that \`kubectl get\`, \`describe\`, \`wait\` and \`events\` show it.
Telling never holds a job up: an API server that is away, slow or refuses is named once in the log, and the job goes on.
What cannot be told at once is told when it can be, the latest state alone.`;

const ANNOTATIONS_INTRODUCTION = `All keys begin with \`${KUBERNETES_PREFIX}\`. An annotation without a value is not there. All of them together have at most
${String(ANNOTATIONS_LIMIT / 1024)} KiB; a value that is longer than its limit is treated as the last column says.`;

const CONDITIONS_INTRODUCTION = `Made for \`kubectl wait --for=condition=${KUBERNETES_PREFIX}ShellReady pod/…\`. The reason is the phase, or why it was entered;
the time is that of the last change between true and false.`;

const EVENTS_INTRODUCTION = `Events of \`events.k8s.io/v1\`, reported by \`${REPORTING_CONTROLLER}\`. Phases that pass within a second share one event. What
repeats is counted and told as a series.`;

const METRICS_INTRODUCTION = `Served by the agent at \`GET ${METRICS_PATH}\` while it works on the job, when \`IMS_METRICS_PORT\` is set, which is what
\`metrics.enabled=true\` of the chart \`ims-job\` does. [With kubectl](kubernetes.md#many-jobs-at-once) tells how Prometheus gets there.`;

const PERMISSIONS_INTRODUCTION =
  'What the service account of the pod has to be allowed in its own namespace. `ims-agent check` says what is missing.';

function annotationTable(): string {
  const rows: [string, AnnotationRow][] = Object.entries(ANNOTATIONS);
  return table(
    ['Key', 'Meaning', 'Bytes', 'When too long'],
    rows.map(([name, { meaning, limit, tooLong }]) => [code(name), meaning, String(limit), tooLong]),
  );
}
