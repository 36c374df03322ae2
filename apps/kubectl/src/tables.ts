// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ANNOTATIONS, type AnnotationName } from '@ims/contract';
import Table from 'cli-table3';

import { jsonOf, plain } from './fields.ts';
import type { JobPod } from './job-pod.ts';
import type { JobEnd } from './kube-job.ts';
import { isEnd, type Told } from './last-words.ts';
import { hasEnded, type Standing } from './standing.ts';

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
/** Of a reason in a list, in characters; `show` has all of it. */
const LONGEST = 100;

/** One line for each job. */
export function listTable(standings: readonly Standing[]): string {
  if (standings.length === 0) return 'No IMS jobs found.';
  const table = new Table({ ...PLAIN, head: ['NAMESPACE', 'JOB', 'POD', 'PHASE', 'SINCE', 'PROGRESS'] });
  table.push(
    ...standings.map(({ namespace, name, pod, phase, blocker }) => [
      ...[namespace, name, pod?.pod ?? ABSENT, phase, pod?.told['phase-since'] ?? ABSENT],
      blocker === undefined ? (pod?.told.progress ?? ABSENT) : shortened(blocker.why),
    ]),
  );
  return trimmed(table.toString());
}

/** All that is known of one job, a row for each fact. */
export function showTable(standing: Standing): string {
  const { name, jobId, job, pod, phase, blocker } = standing;
  const table = new Table(PLAIN);
  table.push(['job', name], ['ims job', jobId ?? ABSENT], ...podRows(pod));
  if (pod?.told.phase === undefined) table.push(['phase', phase]);
  if (job?.end !== undefined) table.push(['job ended', endText(job.end)]);
  if (blocker !== undefined) table.push(['waits for', blocker.why], ['to do', blocker.fix]);
  table.push(...toldRows(pod?.told ?? {}));
  return trimmed(table.toString());
}

function podRows(pod: JobPod | undefined): [string, string][] {
  if (pod === undefined) return [['pod', ABSENT]];
  const { namespace, podPhase, podIp } = pod;
  return [
    ['pod', `${namespace}/${pod.pod}`],
    ['pod is', `${podPhase}, ${podIp ?? 'without an address'}`],
  ];
}

function toldRows(told: Told): [string, string][] {
  return (Object.keys(ANNOTATIONS) as AnnotationName[]).flatMap((name): [string, string][] => {
    const text = told[name];
    return text === undefined ? [] : [[name, linesOf(jsonOf(text)) ?? text]];
  });
}

/** Where the job stands, in one line. */
export function progressLine(standing: Standing): string {
  const { job, pod, phase, blocker } = standing;
  const told = pod?.told ?? {};
  const said =
    phase === told.phase ? [told.reason === phase ? undefined : told.reason, told.progress, told.message] : [];
  const blocked = blocker === undefined ? [] : [blocker.why, `to do: ${blocker.fix}`];
  const end = job?.end === undefined || phase === told.phase ? [] : [endText(job.end)];
  return [phase, ...said, ...blocked, ...end, nextPod(standing)].filter((part) => part !== undefined).join('  ');
}

/** What Kubernetes does about a Job whose pod is gone. */
function nextPod(standing: Standing): string | undefined {
  const { job, pod, blocker } = standing;
  if (job === undefined || job.isSuspended || hasEnded(standing) || blocker !== undefined) return undefined;
  if (pod === undefined) return 'Kubernetes is about to make its pod';
  const isOver = pod.podPhase === 'Failed' || (isEnd(pod.told.phase) && pod.told.phase !== 'Succeeded');
  return isOver ? 'the next pod goes on, unless the Job ends with this one' : undefined;
}

function endText({ type, reason, message }: JobEnd): string {
  return [type, reason, message].filter((part) => part !== undefined).join(', ');
}

/** So that a line of a list stays one on a wide terminal. */
function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
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
