// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX, type AnnotationName } from '@ims/contract';

import { fieldOf, jsonOf, listOf, textOf, textsOf } from './fields.ts';

/** What the agent has told, by the names of the annotations. */
export type Told = Readonly<Partial<Record<AnnotationName, string>>>;

/** The containers of a pod that know of the job, as the charts name them and as IMS does. */
const AGENTS: readonly unknown[] = ['prepare', 'agent', 'buildenv-sidecar'];

const ENDS: readonly (string | undefined)[] = ['Succeeded', 'Failed', 'Interrupted'];

/** Whether nothing more comes after this phase, of a job or of its pod. */
export function isEnd(phase: string | undefined): boolean {
  return ENDS.includes(phase);
}

/**
 * What is known of the job: the annotations, and where they stop before its end, the agent's last words. An agent
 * without rights, or without an API server, leaves those with the kubelet all the same.
 */
export function toldIn(pod: unknown): Told {
  const annotations = Object.entries(textsOf(pod, 'metadata', 'annotations'));
  const ours = annotations.filter(([key]) => key.startsWith(KUBERNETES_PREFIX));
  const entries = ours.map(([key, text]) => [key.slice(KUBERNETES_PREFIX.length), text] as const);
  const told: Told = Object.fromEntries(entries);
  const words = isEnd(told.phase) ? undefined : lastWordsIn(pod);
  if (words === undefined) return told;
  return { ...Object.fromEntries(entries.filter(([name]) => name !== 'progress')), ...words };
}

/** What the agent has exited with; 0 says nothing of a job, since one that was given up may end so, too. */
export function agentExitIn(pod: unknown): number | undefined {
  const code = fieldOf(endOfAgent(pod), 'exitCode');
  return typeof code === 'number' ? code : undefined;
}

function lastWordsIn(pod: unknown): Told | undefined {
  const end = endOfAgent(pod);
  const words = jsonOf(textOf(end, 'message'));
  const phase = textOf(words, 'phase');
  if (!isEnd(phase)) return undefined;
  const said = {
    ...{ phase, 'phase-since': textOf(end, 'finishedAt'), reason: textOf(words, 'reason') },
    ...{ message: textOf(words, 'message'), 'image-id': textOf(words, 'imageId'), manifest: textOf(words, 'manifest') },
  };
  return Object.fromEntries(Object.entries(said).filter(([, text]) => text !== undefined));
}

/** Of several that have ended the last one: the agent comes after what prepares the image. */
function endOfAgent(pod: unknown): unknown {
  const lists = ['initContainerStatuses', 'containerStatuses'];
  const agents = lists
    .flatMap((list) => listOf(pod, 'status', list))
    .filter((container) => AGENTS.includes(fieldOf(container, 'name')));
  return agents.map((container) => fieldOf(container, 'state', 'terminated')).findLast((end) => end !== undefined);
}
