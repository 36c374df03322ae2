// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createAttributes, removePath } from '@ims/image-root';
import { asFailure, sentenceOf } from '@ims/runtime';
import { jobPaths, layoutOfJob, type JobPaths } from './job/home.ts';
import { readRecord, writeRecord, type JobRecord } from './job/record.ts';
import { verdictOf, type Result, type Verdict } from './job/outcome.ts';
import type { LocalPorts } from './ports.ts';
import { prepareImage } from './image/prepare.ts';
import { runSession, type Needed, type SessionEnd } from './pair/session.ts';
import { readStatus } from './job/status.ts';

/**
 * Works on a job until it has ended: brings the image to the volume, runs the pair, tidies up.
 * Whatever happens to the job is its result, which is also in its record when this returns.
 */
export async function workOn(job: JobRecord, needed: Needed, ports: LocalPorts): Promise<Result> {
  const paths = jobPaths(ports.home, job.id);
  const verdict = await attempt(job, needed, ports);
  const record = await readRecord(paths.record);
  const result = await resultOf(paths, record, verdict);
  await writeRecord(paths.record, { ...record, result });
  if (result.outcome === 'Succeeded') await tidyUp(paths, record, ports);
  return result;
}

async function attempt(job: JobRecord, needed: Needed, ports: LocalPorts): Promise<Verdict> {
  const interrupted = (): boolean => ports.interruption.signal.aborted;
  const paths = jobPaths(ports.home, job.id);
  try {
    const record = await prepareImage(paths, job, ports);
    const { pair, script } = await runSession(paths, record, { needed, ports });
    return verdictOf({
      ...endingsOf({ pair, script }),
      status: await readStatus(paths.volume),
      interrupted: interrupted(),
    });
  } catch (error) {
    if (interrupted()) return { outcome: 'Interrupted', reason: 'Interrupted', message: 'a signal stopped the job' };
    const failure = asFailure(error);
    if (failure.reason === 'Defect') ports.logger.error({ err: failure }, 'a defect of ims-job ended the job');
    return { outcome: 'Failed', reason: failure.reason, message: sentenceOf(failure) };
  }
}

function endingsOf({ pair, script }: SessionEnd): { agentExit?: number; sshdExit?: number; scriptExit?: number } {
  const scriptExit = script?.exitCode === 0 ? undefined : script?.exitCode;
  return {
    ...(pair.agent.exitCode === undefined ? {} : { agentExit: pair.agent.exitCode }),
    ...(pair.sshd?.exitCode === undefined ? {} : { sshdExit: pair.sshd.exitCode }),
    ...(scriptExit === undefined ? {} : { scriptExit }),
  };
}

async function resultOf(paths: JobPaths, record: JobRecord, verdict: Verdict): Promise<Result> {
  const status = await readStatus(paths.volume);
  return {
    job: record.id,
    action: record.action,
    ...verdict,
    image: status?.imageId ?? null,
    manifest: status?.manifest ?? null,
    artifacts: status?.artifacts ?? [],
    timings: { ...(record.preparing === undefined ? {} : { Preparing: record.preparing }), ...status?.timings },
  };
}

async function tidyUp(paths: JobPaths, record: JobRecord, ports: LocalPorts): Promise<void> {
  if (record.keep) return;
  const { imageRoot, archive } = layoutOfJob(paths, record);
  const attributes = createAttributes(ports);
  await removePath(archive, attributes);
  if (record.inPlace) return;
  await removePath(imageRoot, attributes);
  ports.logger.info({}, 'removed the working copy (--keep keeps it)');
}
