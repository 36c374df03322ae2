// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as pause } from 'node:timers/promises';

import { fieldOf, textOf } from './fields.ts';
import { refusalOf, Unreachable, type Kubectl } from './kubectl.ts';

/** What is watched, and who hears of it. */
export interface Watching {
  /** What `kubectl get` is told: the kind of the objects and which of them. */
  readonly args: readonly string[];
  /** The list of all that there are, at the begin and whenever the watch had to begin again. */
  readonly onList: (list: unknown) => void;
  /** One that is there, has changed or is there no more. */
  readonly onChange: (object: unknown, type: ChangeType) => void;
  /** Called each time the API server cannot be reached; it is asked again. */
  readonly onUnreachable: () => void;
  readonly signal: AbortSignal;
}

/** `ADDED` and `MODIFIED` are one to whoever looks at the object. */
export type ChangeType = 'present' | 'deleted';

/** In milliseconds: as `kubectl wait` does it. */
const AGAIN_MS = 2000;

/**
 * Watches objects until the signal ends it. The API server ends each watch after a while; another one is begun then.
 *
 * @throws Failure what kubectl was refused for
 */
export async function watchObjects(kubectl: Kubectl, watching: Watching): Promise<void> {
  const { signal, onUnreachable } = watching;
  while (!signal.aborted) {
    try {
      await watchOnce(kubectl, watching);
    } catch (error) {
      if (isAborted(signal)) return;
      if (!(error instanceof Unreachable)) throw error;
      onUnreachable();
      await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A question that the compiler does not answer by what it knew before a wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function watchOnce(kubectl: Kubectl, { args, onList, onChange, signal }: Watching): Promise<void> {
  onList(await kubectl.ask(['get', ...args], signal));
  if (signal.aborted) return;
  const hear = objectReader((event) => {
    const type = textOf(event, 'type');
    // What is no object, an ERROR, ends the watch.
    if (type === 'ADDED' || type === 'MODIFIED') onChange(fieldOf(event, 'object'), 'present');
    if (type === 'DELETED') onChange(fieldOf(event, 'object'), 'deleted');
  });
  const watch = ['get', ...args, '--watch', '--output-watch-events', '--output=json'];
  const outcome = await kubectl.start(watch, { onStdoutLine: hear, signal }).ended;
  if (!isAborted(signal) && outcome.exitCode !== 0) throw refusalOf(outcome);
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
