// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isAwaited, isInPod, podName, releaseSshd, type JobEnding, type JobProgram } from '@ims/cli';
import { sentinelPath, type Layout } from '@ims/contract';
import { lazyImageRoot } from '@ims/image-root';
import { openLogger } from '@ims/logging';
import { systemClock, type Failure, type Logger } from '@ims/runtime';
import { createPeer, openEndingBoard } from '@ims/sentinel';

import { environmentOf } from '../commands/command.ts';
import { hasIms } from './ims-of-job.ts';
import { knownJob, type KnownJob } from './sound-values.ts';
import { tellAll } from './tell-all.ts';
import { ownAgentLives } from './own-agent.ts';

/**
 * How a job ends whose agent cannot even begin, for its configuration or its volume: as any other does that fails. The
 * other half is released, IMS and the pod are told why. On somebody's own machine, where nobody waits, nothing is changed.
 */
export const AGENT_ENDING: JobEnding = { name: 'ims-agent', endJob };

async function endJob({ start, options, parent }: JobProgram, failure: Failure): Promise<void> {
  const env = environmentOf(start, options);
  const job = knownJob(env, parent);
  const { values } = job;
  const secrets = [values.S3_ACCESS_KEY, values.S3_SECRET_KEY, values.OAUTH_CLIENT_SECRET];
  const logger = await openLogger({
    ...{ name: 'ims-agent', level: values.LOG_LEVEL, format: options.output },
    secrets: secrets.filter((secret) => secret !== undefined),
  });
  // Somebody's mistyped command beside it ends nothing.
  if (job.layout !== undefined && (await ownAgentLives(job.layout))) return;
  const told = job.ims !== undefined && (await hasIms(values));
  const { signal } = start.termination;
  const isOurs = isInPod(env) || told || (await isWaitedFor(job.layout, { logger, signal }));
  if (!isOurs) return;
  await release(job, { failure, pod: podName(env), logger });
  await tellAll(job, { failure, ims: told ? job.ims : undefined, logger, signal });
}

async function isWaitedFor(
  layout: Layout | undefined,
  { logger, signal }: { readonly logger: Logger; readonly signal: AbortSignal },
): Promise<boolean> {
  if (layout === undefined) return false;
  await using board = openEndingBoard({ layout, image: lazyImageRoot(layout.imageRoot), logger });
  const peer = createPeer({ path: sentinelPath(layout, 'sshdAlive'), clock: systemClock });
  return await isAwaited({ board, peer, clock: systemClock, signal });
}

async function release(
  { layout, values }: KnownJob,
  { failure, pod, logger }: { readonly failure: Failure; readonly pod: string | undefined; readonly logger: Logger },
): Promise<void> {
  if (layout === undefined || values.IMS_JOB_ID === undefined) return;
  try {
    await using board = openEndingBoard({ layout, image: lazyImageRoot(layout.imageRoot), logger });
    const { reason, message } = failure;
    await releaseSshd(board, { token: 'failed', reason, message }, pod);
  } catch (error) {
    logger.warn({ err: error }, `the volume ${layout.parent} takes no word for the sshd container`);
  }
}
