// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import { textOf, fieldOf } from './fields.ts';
import { jobPodOf, type JobPod } from './job-pod.ts';
import { refusalOf, type Kubectl } from './kubectl.ts';
import { isEnd } from './last-words.ts';

/** Whether nothing more will come of the pod; one whose agent could not speak has ended with its containers. */
function hasEnded({ told, podPhase }: JobPod): boolean {
  return isEnd(told.phase) || isEnd(podPhase);
}

/** What to follow, and who hears of it. */
export interface Watching {
  readonly pod: JobPod;
  readonly onChange: (pod: JobPod) => void;
  readonly signal: AbortSignal;
}

/**
 * Follows a pod until its job has ended, and gives what it was then. The API server ends each watch after a while;
 * another one is begun then.
 *
 * @throws Failure Interrupted when the pod is removed, or what kubectl was refused for
 */
export async function watchPod(kubectl: Kubectl, watching: Watching): Promise<JobPod> {
  for (;;) {
    const found = await watchOnce(kubectl, watching);
    if (found !== undefined) return found;
  }
}

async function watchOnce(kubectl: Kubectl, { pod, onChange, signal }: Watching): Promise<JobPod | undefined> {
  const stop = new AbortController();
  const seen: { last?: JobPod; isGone?: true } = {};
  const hear = objectReader((event) => {
    if (stop.signal.aborted) return;
    const found = jobPodOf(fieldOf(event, 'object'));
    if (found !== undefined) {
      seen.last = found;
      onChange(found);
    }
    if (textOf(event, 'type') === 'DELETED') seen.isGone = true;
    if (seen.isGone === true || (found !== undefined && hasEnded(found))) stop.abort();
  });
  const args = ['get', 'pod', pod.pod, '--watch', '--output-watch-events', '--output=json'];
  const both = AbortSignal.any([stop.signal, signal]);
  const outcome = await kubectl.start(args, { onStdoutLine: hear, signal: both }).ended;
  signal.throwIfAborted();
  if (seen.last !== undefined && hasEnded(seen.last)) return seen.last;
  if (seen.isGone === true) throw new Failure('Interrupted', `pod ${pod.pod} was removed`);
  if (outcome.exitCode !== 0) throw refusalOf(outcome);
  return undefined;
}

/** Reads objects of JSON as kubectl writes them: the first and the last line of each have no blank before them. */
function objectReader(onObject: (value: unknown) => void): (line: string) => void {
  let lines: string[] = [];
  return (line) => {
    lines.push(line);
    if (!line.startsWith('}') && !/^\{.*\}$/.test(line)) return;
    const text = lines.join('');
    lines = [];
    onObject(JSON.parse(text));
  };
}
