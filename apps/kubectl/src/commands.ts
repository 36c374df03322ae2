// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, EXIT_DONE, type Reason } from '@ims/contract';
import { Failure } from '@ims/runtime';

import { COMPLETE, failed } from './flags.ts';
import { chosen, jobPodsIn, recordOf, type JobPod } from './job-pod.ts';
import { isEnd } from './last-words.ts';
import { runShell, type Errand, type ShellOptions } from './shell.ts';
import { listTable, progressLine, showTable } from './tables.ts';
import { watchPod } from './watch.ts';

/** What a command works with. */
export interface Bench extends ShellOptions {
  readonly output: 'text' | 'json';
  /** Writes a part of the result, ended by a line feed. */
  readonly write: (text: string) => void;
}

/** Lists the pods of IMS jobs. */
export async function list(bench: Bench, allNamespaces: boolean): Promise<number> {
  const pods = jobPodsIn(await bench.kubectl.ask(['get', 'pods', ...(allNamespaces ? ['--all-namespaces'] : [])]));
  bench.write(bench.output === 'json' ? JSON.stringify(pods.map(recordOf)) : listTable(pods));
  return EXIT_DONE;
}

/** Shows all that a pod tells of its job. */
export async function show(bench: Bench, name: string): Promise<number> {
  const pod = await find(bench, name);
  bench.write(bench.output === 'json' ? JSON.stringify(recordOf(pod)) : showTable(pod));
  return EXIT_DONE;
}

/** Opens a shell, or runs a command in it; the exit code is that of ssh. */
export async function ssh(bench: Bench, name: string, command: readonly string[]): Promise<number> {
  return await runShell(bench, await find(bench, name), { command });
}

/** Says over ssh that the user is done. */
export async function complete(bench: Bench, name: string): Promise<number> {
  return await raise(bench, { name, flag: 'complete', errand: COMPLETE });
}

/** Gives the job up over ssh. */
export async function fail(bench: Bench, name: string, reason: string): Promise<number> {
  return await raise(bench, { name, flag: 'failed', errand: failed(reason) });
}

/** Tells each change until the job has ended; the exit code says how. */
export async function watch(bench: Bench, name: string): Promise<number> {
  let before = '';
  const tell = (pod: JobPod): void => {
    const line = bench.output === 'json' ? JSON.stringify(recordOf(pod)) : progressLine(pod);
    if (line !== before) bench.write(line);
    before = line;
  };
  const { kubectl, signal } = bench;
  const end = await watchPod(kubectl, { pod: await find(bench, name), onChange: tell, signal });
  return exitCodeOf(end);
}

async function find({ kubectl }: Bench, name: string): Promise<JobPod> {
  const pods = jobPodsIn(await kubectl.ask(['get', 'pods']));
  const pod = chosen(pods, name);
  if (pod !== undefined) return pod;
  throw new Failure('ConfigurationInvalid', `there is no IMS job and no pod of one called ${JSON.stringify(name)}`, {
    advice: 'kubectl ims list shows them; --namespace chooses where to look',
  });
}

interface Flag {
  readonly name: string;
  readonly flag: 'complete' | 'failed';
  readonly errand: Errand;
}

async function raise(bench: Bench, { name, flag, errand }: Flag): Promise<number> {
  const pod = await find(bench, name);
  const code = await runShell(bench, pod, errand);
  if (code !== EXIT_DONE) {
    throw new Failure('LoginProbeFailed', `the flag ${flag} was not written: ssh ended with ${String(code)}`, {
      advice: `look at what ssh said, and try kubectl ims ssh ${pod.job}`,
    });
  }
  const { job } = pod;
  bench.write(bench.output === 'json' ? JSON.stringify({ job, pod: pod.pod, flag }) : `${job} was told: ${flag}`);
  return EXIT_DONE;
}

/** By what was told of the end; else by the pod, whose annotations may have stopped at an earlier phase. */
function exitCodeOf({ told, podPhase, agentExit }: JobPod): number {
  const outcome = isEnd(told.phase) ? told.phase : podPhase;
  if (outcome === 'Succeeded') return EXIT_DONE;
  const { reason = '' } = told;
  if (outcome === told.phase && Object.hasOwn(ERRORS, reason)) return ERRORS[reason as Reason].exit;
  return agentExit === undefined || agentExit === EXIT_DONE ? ERRORS.Defect.exit : agentExit;
}
