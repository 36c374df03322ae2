// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { KubeEvent } from './kube-event.ts';
import type { Kubectl } from './kubectl.ts';
import { createSight, type Kind, type Sight } from './sight.ts';
import { hasEnded, type Standing } from './standing.ts';
import { watchObjects } from './watch.ts';

/** What to follow, and who hears of it. */
export interface Following {
  readonly from: Standing;
  /** Those that were seen with it. */
  readonly events: readonly KubeEvent[];
  readonly onChange: (standing: Standing) => void;
  /** Called each time the API server cannot be reached; it is asked again. */
  readonly onUnreachable: () => void;
  readonly signal: AbortSignal;
}

/**
 * Follows a job from pod to pod until it has ended, and gives where it stood then.
 *
 * @throws Failure Interrupted when the job is removed, or what kubectl was refused for
 */
export async function follow(kubectl: Kubectl, following: Following): Promise<Standing> {
  const { from, events, onChange, signal } = following;
  const sight = createSight(from, events);
  await watchAll(kubectl, sight, following);
  signal.throwIfAborted();
  if (sight.standing()?.job !== undefined) {
    // It may have been heard of before the last words of its pod.
    sight.replace('pods', await kubectl.ask(['get', ...argumentsFor('pods', from)]));
  }
  const end = sight.standing();
  if (end === undefined) {
    const what = from.job === undefined ? `pod ${from.pod?.pod ?? from.name}` : `job ${from.name}`;
    throw new Failure('Interrupted', `${what} was removed before it had ended`, {
      advice: 'a claim that was kept holds its work: another job resumes it by claim.existing',
    });
  }
  onChange(end);
  return end;
}

/** Watches until the job has ended or is removed. */
async function watchAll(kubectl: Kubectl, sight: Sight, following: Following): Promise<void> {
  const { from, onChange, onUnreachable, signal } = following;
  const stop = new AbortController();
  const either = AbortSignal.any([stop.signal, signal]);
  const see = (change: () => void): void => {
    if (either.aborted) return;
    change();
    const standing = sight.standing();
    if (standing === undefined || hasEnded(standing)) stop.abort();
    else onChange(standing);
  };
  const watch = async (kind: Kind): Promise<void> => {
    await watchObjects(kubectl, {
      ...{ args: argumentsFor(kind, from), onUnreachable, signal: either },
      onList: (list) => see(() => sight.replace(kind, list)),
      onChange: (object, type) => see(() => sight.change(kind, object, type)),
    });
  };
  const kinds: readonly Kind[] = from.job === undefined ? ['pods', 'events'] : ['jobs', 'pods', 'events'];
  const watches = kinds.map(async (kind) => {
    await watch(kind).catch((error: unknown) => {
      // Without events there is only less to tell.
      if (kind === 'events' && isRefusal(error)) return;
      stop.abort();
      throw error;
    });
  });
  const ends = await Promise.allSettled(watches);
  for (const end of ends) if (end.status === 'rejected' && !signal.aborted) throw end.reason;
}

/** What `kubectl get` is told so that it shows what belongs to the job. */
function argumentsFor(kind: Kind, { job, name, pod }: Standing): string[] {
  if (kind === 'events') return ['events'];
  if (kind === 'jobs') return ['jobs.batch', `--field-selector=metadata.name=${name}`];
  return job === undefined
    ? ['pods', `--field-selector=metadata.name=${pod?.pod ?? name}`]
    : ['pods', `--selector=batch.kubernetes.io/job-name=${name}`];
}

function isRefusal(error: unknown): boolean {
  return error instanceof Failure && error.reason === 'PermissionMissing';
}
