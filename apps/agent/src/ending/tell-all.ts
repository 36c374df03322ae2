// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { statusOfRefusal } from '@ims/cli';
import type { Layout } from '@ims/contract';
import { createPodReporter } from '@ims/kube';
import { combineReporters, createStatusFile, createTerminationMessage } from '@ims/reporting';
import type { Failure, Logger } from '@ims/runtime';
import { ensurePrivateDirectory } from '@ims/sentinel';

import { readEarlierStatus } from '../earlier-status.ts';
import { openIms } from '../ims.ts';
import type { ImsValues } from '../ims-names.ts';
import { podPlaceOf } from '../pod.ts';
import type { KnownJob } from './sound-values.ts';

/** Why a job ends, and who is told. */
interface Telling {
  readonly failure: Failure;
  /** Undefined where there is no IMS, or none that can be reached with this configuration. */
  readonly ims: ImsValues | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Tells whoever looks at a job why its program could not begin: the volume, the kubelet, IMS, the pod. */
export async function tellAll(job: KnownJob, telling: Telling): Promise<void> {
  const { values, layout } = job;
  const { failure, logger } = telling;
  await using opening = new AsyncDisposableStack();
  const own = await openDirectory(layout, opening);
  const pod = opening.use(createPodReporter({ place: podPlaceOf(values), logger }));
  const ims = await openReporter(telling, { directory: own.directory, onDelivered: pod.delivered });
  if (ims !== undefined) opening.use(ims);
  const reporter = combineReporters([
    ...(own.isOfTheVolume ? [createStatusFile({ path: `${own.directory}/status.json`, logger })] : []),
    createTerminationMessage({ path: values.IMS_TERMINATION_LOG, logger }),
    ...(ims === undefined ? [] : [ims.reporter]),
    pod,
  ]);
  const { IMS_JOB_ID: id = '', IMAGE_ROOT_ARCHIVE_NAME: imageName = '' } = values;
  const earlier = await readEarlierStatus(`${own.directory}/status.json`, id);
  reporter.report(statusOfRefusal({ job: id, imageName, failure, now: new Date(), earlier }));
  await reporter.flush();
}

/** Where calls are kept until IMS has taken them: on the volume, or where that is what is wrong, for as long as we live. */
async function openDirectory(
  layout: Layout | undefined,
  opening: AsyncDisposableStack,
): Promise<{ readonly directory: string; readonly isOfTheVolume: boolean }> {
  try {
    if (layout === undefined) throw new Error('no volume is named');
    await ensurePrivateDirectory(layout.private);
    await access(layout.private, constants.W_OK);
    return { directory: layout.private, isOfTheVolume: true };
  } catch {
    const directory = await mkdtemp(`${tmpdir()}/ims-agent-`);
    opening.defer(async () => await rm(directory, { recursive: true, force: true }));
    return { directory, isOfTheVolume: false };
  }
}

async function openReporter(
  { ims, logger, signal }: Telling,
  tools: Pick<Parameters<typeof openIms>[1], 'directory' | 'onDelivered'>,
): Promise<Awaited<ReturnType<typeof openIms>> | undefined> {
  if (ims === undefined) return undefined;
  try {
    return await openIms(ims, { ...tools, logger, signal });
  } catch (error) {
    logger.warn({ err: error }, 'IMS cannot be told with this configuration');
    return undefined;
  }
}
