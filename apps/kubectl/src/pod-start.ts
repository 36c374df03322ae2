// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { fieldOf, listOf, textOf } from './fields.ts';

/** What a pod says of its start, as far as it has not come; every text is safe to be shown. */
export interface PodStart {
  /** Why no node takes it. */
  readonly unscheduled: string | undefined;
  /** The claims that it mounts. */
  readonly claims: readonly string[];
  /** Why one of its containers does not start. */
  readonly container: string | undefined;
  /** Nobody has heard of its node lately, or a container of it is not ready. */
  readonly isUnready: boolean;
}

/** What a container waits for when nothing is wrong. */
const USUAL: readonly (string | undefined)[] = [undefined, 'ContainerCreating', 'PodInitializing'];

const BACK_OFF = /^Back-off pulling image "[^"]*"(?:: )?(?:ErrImagePull: )?/;

/** Reads what a pod, as kubectl gives it, says of its start. */
export function podStartIn(pod: unknown): PodStart {
  const condition = (type: string): unknown =>
    listOf(pod, 'status', 'conditions').find((one) => fieldOf(one, 'type') === type);
  const scheduled = condition('PodScheduled');
  const said = textOf(scheduled, 'message') ?? textOf(scheduled, 'reason');
  return {
    unscheduled: fieldOf(scheduled, 'status') === 'False' ? (said ?? 'it does not say why') : undefined,
    claims: listOf(pod, 'spec', 'volumes').flatMap(
      (volume) => textOf(volume, 'persistentVolumeClaim', 'claimName') ?? [],
    ),
    container: waitingContainer(pod),
    isUnready: fieldOf(condition('Ready'), 'status') === 'False',
  };
}

function waitingContainer(pod: unknown): string | undefined {
  const container = ['initContainerStatuses', 'containerStatuses']
    .flatMap((list) => listOf(pod, 'status', list))
    .find((one) => !USUAL.includes(textOf(one, 'state', 'waiting', 'reason')));
  if (container === undefined) return undefined;
  const [name = '', image = ''] = [textOf(container, 'name'), textOf(container, 'image')];
  const [reason = '', message = ''] = ['reason', 'message'].map((key) => textOf(container, 'state', 'waiting', key));
  // The kubelet takes turns between the two.
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
    return `image ${image} cannot be pulled: ${message.replace(BACK_OFF, '')}`;
  return `container ${name} of image ${image} does not start: ${reason}${message === '' ? '' : `, ${message}`}`;
}
