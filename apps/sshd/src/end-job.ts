// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';

import { isAwaited, isInPod, podName, releaseAgent, statusOfRefusal, type JobEnding, type JobProgram } from '@ims/cli';
import { layoutOf, sentinelPath } from '@ims/contract';
import { readWhatIsSound, type Environment } from '@ims/env';
import { lazyImageRoot } from '@ims/image-root';
import { openLogger } from '@ims/logging';
import { createTerminationMessage } from '@ims/reporting';
import { systemClock, type Board, type Failure, type Logger } from '@ims/runtime';
import { createPeer, openEndingBoard } from '@ims/sentinel';

/**
 * How a job ends whose sshd container cannot even begin, for its configuration or its volume: the agent is released,
 * which ends the job and tells everybody why. On somebody's own machine, where no agent waits, nothing is changed.
 */
export const SSHD_ENDING: JobEnding = { name: 'ims-sshd', endJob };

const NAMES = [
  'IMS_ACTION',
  'IMS_JOB_ID',
  'IMAGE_ROOT_PARENT',
  'ENABLE_DEBUG',
  'SSH_JAIL',
  'IMS_PEER_TIMEOUT',
  'IMS_TERMINATION_LOG',
  'LOG_LEVEL',
] as const;

type Values = Environment<(typeof NAMES)[number]>['values'];
type Required = 'IMS_ACTION' | 'IMS_JOB_ID';
type SoundValues = Omit<Values, Required> & Partial<Pick<Values, Required>>;

async function endJob({ start, options, parent }: JobProgram, failure: Failure): Promise<void> {
  const env = parent === undefined ? start.env : { ...start.env, IMAGE_ROOT_PARENT: parent };
  const { values: read, malformed } = readWhatIsSound(NAMES, env);
  const values = read as SoundValues;
  const logger = await openLogger({ name: 'ims-sshd', level: values.LOG_LEVEL, format: options.output });
  const { IMAGE_ROOT_PARENT, IMS_JOB_ID: job, IMS_ACTION = 'customize', SSH_JAIL: jailed } = values;
  const { signal } = start.termination;
  if (job !== undefined && !malformed.has('IMAGE_ROOT_PARENT')) {
    const layout = layoutOf({ parent: IMAGE_ROOT_PARENT, action: IMS_ACTION, jailed });
    await using board = openEndingBoard({ layout, image: lazyImageRoot(layout.imageRoot), logger });
    const peer = createPeer({ path: sentinelPath(layout, 'agentAlive'), clock: systemClock });
    if (!isInPod(env) && !(await isAwaited({ board, peer, clock: systemClock, signal }))) return;
    await writeTermination(values, failure, logger);
    const { reason, message } = failure;
    // What is no directory takes no word, and the agent has the same trouble with it.
    if (!(await isDirectory(layout.parent))) return;
    const boundMs = (await hasShell(values, board)) ? values.IMS_PEER_TIMEOUT * 1000 : 0;
    const release = { token: 'failed', reason, message } as const;
    await releaseAgent({ board, peer, release, pod: podName(env), boundMs, signal });
  } else if (isInPod(env)) await writeTermination(values, failure, logger);
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** Without one neither agent waits for anything. */
async function hasShell({ IMS_ACTION, ENABLE_DEBUG }: SoundValues, board: Board): Promise<boolean> {
  if (IMS_ACTION === 'customize') return true;
  return IMS_ACTION === 'create' && ENABLE_DEBUG && (await board.read('buildFailed')).kind === 'present';
}

async function writeTermination(values: SoundValues, failure: Failure, logger: Logger): Promise<void> {
  const message = createTerminationMessage({ path: values.IMS_TERMINATION_LOG, logger });
  const { IMS_JOB_ID: job = '' } = values;
  message.report(statusOfRefusal({ job, imageName: '', failure, now: new Date(), earlier: undefined }));
  await message.flush();
}
