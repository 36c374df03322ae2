// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { existsSync } from 'node:fs';

import { exitCodeOfSignal } from '@ims/contract';

import type { World } from './config.ts';
import { createJob } from './job/create-job.ts';
import { abandoned } from './job/abandoned.ts';
import { farewell, type Farewell } from './text/farewell.ts';
import { findJob } from './job/find-job.ts';
import type { Detail } from './text/for-people.ts';
import { homeAt, jobPaths } from './job/home.ts';
import type { JobRecord } from './job/record.ts';
import { requireMachine } from './pair/machine.ts';
import { exitCodeOfResult, type Result } from './job/outcome.ts';
import type { LocalPorts } from './ports.ts';
import { imageRootOf } from './image/prepare.ts';
import { prepareResume, type Resumption } from './job/resume.ts';
import { checkFlags, type RunFlags } from './run-request.ts';
import { resultTable } from './text/table.ts';
import { wire } from './wire.ts';
import { workOn } from './work.ts';

/** The options that all commands share, and what the environment adds to them. */
export interface Spoken {
  readonly home: string;
  readonly output: 'text' | 'json';
  /** JSON was asked for in so many words: only then is the result of a command no text. */
  readonly asJson: boolean;
  /** Undefined when nobody asked for a level. */
  readonly logLevel: string | undefined;
}

const USUAL_LEVEL = 'INFO';

/** `ims-job run` */
export async function runJob(world: World, flags: RunFlags, spoken: Spoken): Promise<number> {
  const request = await checkFlags(flags, { cwd: world.cwd, home: spoken.home, env: world.env });
  await requireMachine(world);
  const logLevel = spoken.logLevel ?? USUAL_LEVEL;
  return await carryOut(world, spoken, async (ports) => ({
    job: await createJob({ ...request, logLevel }, ports),
    needed: 'both',
  }));
}

/** `ims-job resume` */
export async function resumeJob(world: World, typed: string, spoken: Spoken): Promise<number> {
  await requireMachine(world);
  const id = await findJob(homeAt(spoken.home), typed);
  return await carryOut(world, spoken, async (ports) => await prepareResume(id, spoken.logLevel, ports));
}

/** Works on a job and says how it ended: the result on standard output, what went wrong on standard error. */
async function carryOut(
  world: World,
  spoken: Spoken,
  begin: (ports: LocalPorts) => Promise<Resumption>,
): Promise<number> {
  const { home, output, logLevel = USUAL_LEVEL } = spoken;
  const ports = wire(world, { home, output, logLevel, detail: detailOf(spoken) });
  let job: JobRecord | undefined;
  const work = async (): Promise<Ending> => {
    const begun = await begin(ports);
    ({ job } = begun);
    const result = await workOn(job, begun.needed, ports);
    const imageRoot = imageRootOf(jobPaths(ports.home, job.id), job);
    const kept = existsSync(imageRoot) ? imageRoot : undefined;
    return { result, farewell: farewell(result, { self: world.self, imageRoot: kept }) };
  };
  try {
    const ending = await Promise.race([work(), forced(ports, () => job)]);
    ports.end();
    return tell(ending, { world, ports, spoken });
  } catch (error) {
    ports.end();
    if (!world.interruption.signal.aborted) throw error;
    ports.logger.warn({}, 'stopped by a signal before the job began; nothing is left of it');
    return exitCodeOfSignal(world.interruption.number() ?? 0);
  }
}

/** How a job ended, and what people are told when it published nothing. */
interface Ending {
  readonly result: Result;
  readonly farewell: Farewell;
}

/** The end that the second signal forces, whatever is still going on. */
async function forced(ports: LocalPorts, job: () => JobRecord | undefined): Promise<Ending> {
  await once(ports.interruption.urgent, 'abort');
  return await abandoned(job(), ports);
}

function tell(
  { result, farewell: { message, advice } }: Ending,
  { world, ports, spoken }: { readonly world: World; readonly ports: LocalPorts; readonly spoken: Spoken },
): number {
  if (result.outcome !== 'Succeeded') {
    if (spoken.output === 'text') {
      world.stderr.write([`ims-job: ${message}`, ...advice.map((line) => `  ${line}`), ''].join('\n'));
    } else ports.logger.error({ reason: result.reason, advice: advice.join('; ') }, message);
  }
  if (spoken.asJson) world.stdout.write(`${JSON.stringify(result)}\n`);
  else if (result.outcome === 'Succeeded') {
    world.stdout.write(`${resultTable(result, world.mayColour && world.stdout.isTTY)}\n`);
  }
  return exitCodeOfResult(result, world.interruption.number());
}

/** Who asks for a level wants to see its lines. */
function detailOf({ logLevel }: Spoken): Detail {
  if (logLevel === undefined) return 'phases';
  return logLevel === 'DEBUG' ? 'everything' : 'lines';
}
