// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { orEndJob, type CommonOptions, type Start } from '@ims/cli';
import { ERRORS, EXIT_DONE } from '@ims/contract';
import { exitCodeOf, runExport, type ExportState } from '@ims/export';
import type { Logger } from '@ims/runtime';

import { readConfig, type AgentConfig, type Arguments } from '../config.ts';
import { readEarlierStatus } from '../earlier-status.ts';
import { AGENT_ENDING } from '../ending/end-job.ts';
import { preferPlainCode } from '../plain-code.ts';
import { wire, type Wired } from '../wire.ts';
import { writeOutBeside } from '../write-out.ts';
import { environmentOf, type CommandRow } from './command.ts';

/** How an agent ended. */
export interface JobEnd {
  readonly last: ExportState;
  readonly code: number;
}

/** Everything that one start of an agent on a volume is made of. */
export interface Job {
  readonly start: Start;
  readonly config: AgentConfig;
  readonly wired: Wired;
}

/** What is done with a volume. */
export interface JobWork<T> {
  readonly arguments: Arguments;
  /** Whether metrics are served meanwhile, on the port that the environment names. */
  readonly isServed?: boolean;
  readonly work: (job: Job) => Promise<T>;
}

/** Opens the volume for one start of an agent, does something with it, and closes it again. */
export async function withJob<T>(start: Start, options: CommonOptions, job: JobWork<T>): Promise<T> {
  const config = readConfig(environmentOf(start, options), job.arguments);
  const metricsPort = job.isServed === true ? config.values.IMS_METRICS_PORT : undefined;
  await using wired = await wire(config, { output: options.output, signal: start.termination.signal, metricsPort });
  return await job.work({ start, config, wired });
}

/**
 * Tells the agent's story to its end. A job that succeeded and whose end IMS does not know yet is not at its end for
 * whoever started it: another start tells it (H4).
 */
export async function tellStory({ start, config, wired }: Job): Promise<JobEnd> {
  const { termination } = start;
  const { ports } = wired;
  const earlier = await readEarlierStatus(`${config.layout.private}/status.json`, config.settings.jobId);
  const last = await runExport({ ports, settings: config.settings, signal: termination.signal, earlier });
  if (last.phase === 'Succeeded' && wired.isJobGone()) return { last, code: codeOfOrphan(config, ports.logger) };
  const untold = last.phase === 'Succeeded' ? wired.untold() : [];
  if (untold.length === 0) return { last, code: exitCodeOf(last, termination.exitCode()) };
  ports.logger.error(
    { pending: untold },
    'the image is published, but IMS does not know yet; resume the job to tell it',
  );
  return { last, code: ERRORS.ImsUnavailable.exit };
}

/**
 * An image whose job IMS has deleted meanwhile is published as its user has said, but no job names it: the containers of
 * today end with a failure then, and whoever expects theirs is told so.
 */
function codeOfOrphan({ values }: AgentConfig, logger: Logger): number {
  const what = 'IMS has deleted the record of this job meanwhile: the image is published and registered';
  logger.error({ image: values.IMAGE_ROOT_ARCHIVE_NAME }, `${what}, but no job names it; delete it if nobody wants it`);
  return values.IMS_EXIT_CODES === 'drop-in' ? ERRORS.ImsRefused.exit : EXIT_DONE;
}

const runJob: CommandRow['run'] = async (start, parent, options) => {
  const work = async (job: Job): Promise<number> => {
    preferPlainCode();
    await using beside = new AsyncDisposableStack();
    beside.use(await writeOutBeside(job.config, job.wired.ports.logger));
    return (await tellStory(job)).code;
  };
  return await orEndJob(
    AGENT_ENDING,
    { start, options, parent },
    async () => await withJob(start, options, { arguments: { parent, goal: 'published' }, isServed: true, work }),
  );
};

/** The entrypoint of the container. */
export const RUN: CommandRow = {
  name: 'run',
  argument: 'volume',
  description: 'run the job from its beginning, or from where an earlier start of it was',
  example: 'IMS_ACTION=customize IMS_JOB_ID=… IMAGE_ROOT_ARCHIVE_NAME=cos-2.5 ims-agent run /mnt/image',
  run: runJob,
};

/** The same by hand. */
export const RESUME: CommandRow = {
  name: 'resume',
  argument: 'volume',
  description: 'go on by hand with a job whose agent ended: the same as run, from its journal',
  example: 'ims-agent resume /mnt/image',
  run: runJob,
};
