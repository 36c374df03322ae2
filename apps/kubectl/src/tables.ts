// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ANNOTATIONS, type AnnotationName } from '@ims/contract';
import Table from 'cli-table3';

import { jsonOf, plain } from './fields.ts';
import type { JobPod } from './job-pod.ts';

/** As kubectl shows lists: no borders, so that they can be cut and searched. */
const PLAIN = {
  chars: {
    ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
    ...{
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

const ABSENT = '–';

/** One line for each pod. */
export function listTable(pods: readonly JobPod[]): string {
  if (pods.length === 0) return 'No IMS jobs found.';
  const table = new Table({ ...PLAIN, head: ['NAMESPACE', 'JOB', 'POD', 'PHASE', 'SINCE', 'PROGRESS'] });
  table.push(
    ...pods.map(({ namespace, job, pod, podPhase, told }) => [
      ...[namespace, job, pod, told.phase ?? `(${podPhase})`],
      ...[told['phase-since'] ?? ABSENT, told.progress ?? ABSENT],
    ]),
  );
  return trimmed(table.toString());
}

/** All that is known of one pod, a row for each fact that was told. */
export function showTable(pod: JobPod): string {
  const { job, jobId, namespace, podPhase, podIp, told } = pod;
  const table = new Table(PLAIN);
  table.push(['job', job], ['ims job', jobId ?? ABSENT], ['pod', `${namespace}/${pod.pod}`]);
  table.push(['pod is', `${podPhase}, ${podIp ?? 'without an address'}`]);
  for (const name of Object.keys(ANNOTATIONS) as AnnotationName[]) {
    const text = told[name];
    if (text !== undefined) table.push([name, linesOf(jsonOf(text)) ?? text]);
  }
  return trimmed(table.toString());
}

/** How far the job is, in one line. */
export function progressLine({ told, podPhase }: JobPod): string {
  const { phase, reason, progress, message } = told;
  const parts = [phase ?? `(${podPhase})`, reason === phase ? undefined : reason, progress, message];
  return parts.filter((part) => part !== undefined).join('  ');
}

/** A list or a map of an annotation, one entry on each line. */
function linesOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const lines = Array.isArray(value) ? value.map(entryText) : Object.entries(value).map(entryText);
  return lines.join('\n');
}

function entryText(entry: unknown): string {
  if (typeof entry !== 'object' || entry === null) return plain(String(entry));
  return plain(
    Object.values(entry)
      .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
      .join('  '),
  );
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
