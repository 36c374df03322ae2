// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, EXIT_DONE, type Reason } from '@ims/contract';
import { Failure } from '@ims/runtime';

import { COMPLETE, failed } from './flags.ts';
import { follow } from './follow.ts';
import { jobPodsIn, type JobPod } from './job-pod.ts';
import { kubeEventsIn } from './kube-event.ts';
import { kubeJobsIn } from './kube-job.ts';
import { isEnd } from './last-words.ts';
import { runShell, type Errand, type ShellOptions } from './shell.ts';
import { chosen, recordOf, standingsOf, type Seen, type Standing } from './standing.ts';
import { listTable, progressLine, showTable } from './tables.ts';

/** What a command works with. */
export interface Bench extends ShellOptions {
  readonly output: 'text' | 'json';
  /** Writes a part of the result, ended by a line feed. */
  readonly write: (text: string) => void;
}

/** Lists IMS jobs, also those that have no pod. */
export async function list(bench: Bench, allNamespaces: boolean): Promise<number> {
  const standings = standingsOf(await look(bench, allNamespaces ? ['--all-namespaces'] : []));
  bench.write(bench.output === 'json' ? JSON.stringify(standings.map(recordOf)) : listTable(standings));
  return EXIT_DONE;
}

/** Shows all that is known of a job. */
export async function show(bench: Bench, name: string): Promise<number> {
  const standing = find(await look(bench, []), name);
  bench.write(bench.output === 'json' ? JSON.stringify(recordOf(standing)) : showTable(standing));
  return EXIT_DONE;
}

/** Opens a shell, or runs a command in it; the exit code is that of ssh. */
export async function ssh(bench: Bench, name: string, command: readonly string[]): Promise<number> {
  return await runShell(bench, await findPod(bench, name), { command });
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
  const { kubectl, signal, output } = bench;
  let before = '';
  const tell = (line: string): void => {
    if (line !== before) bench.write(line);
    before = line;
  };
  const seen = await look(bench, []);
  const end = await follow(kubectl, {
    ...{ from: find(seen, name), events: seen.events },
    onChange: (standing) => {
      tell(output === 'json' ? JSON.stringify(recordOf(standing)) : progressLine(standing));
    },
    onUnreachable: () => {
      tell(
        output === 'json' ? JSON.stringify({ state: UNREACHABLE }) : `${UNREACHABLE}  the API server is asked again`,
      );
    },
    signal,
  });
  return exitCodeOf(end);
}

const UNREACHABLE = '(Unreachable)';

/** Asks for all that tells of jobs; without the right to see events there is only less to tell. */
async function look({ kubectl }: Bench, where: readonly string[]): Promise<Seen> {
  const [jobs, pods, events] = await Promise.all([
    kubectl.ask(['get', 'jobs.batch', ...where]),
    kubectl.ask(['get', 'pods', ...where]),
    kubectl.ask(['get', 'events', ...where]).catch((error: unknown) => {
      if (error instanceof Failure && error.reason === 'PermissionMissing') return undefined;
      throw error;
    }),
  ]);
  return { jobs: kubeJobsIn(jobs), pods: jobPodsIn(pods), events: kubeEventsIn(events) };
}

function find(seen: Seen, name: string): Standing {
  const standing = chosen(standingsOf(seen), seen.pods, name);
  if (standing !== undefined) return standing;
  throw new Failure('ConfigurationInvalid', `there is no IMS job and no pod of one called ${JSON.stringify(name)}`, {
    advice: 'kubectl ims list shows them; --namespace chooses where to look',
  });
}

/** The pod of a job; of the pod alone nothing else has to be seen. */
async function findPod(bench: Bench, name: string): Promise<JobPod> {
  const pods = jobPodsIn(await bench.kubectl.ask(['get', 'pods']));
  const found = chosen(standingsOf({ jobs: [], pods, events: [] }), pods, name)?.pod;
  if (found !== undefined) return found;
  const standing = find(await look(bench, []), name);
  const why = standing.blocker?.why ?? `its state is ${standing.phase}`;
  throw new Failure('LoginProbeFailed', `job ${standing.name} has no pod to log in to: ${why}`, {
    advice: standing.blocker?.fix ?? `kubectl ims watch ${standing.name} tells when it has one`,
  });
}

interface Flag {
  readonly name: string;
  readonly flag: 'complete' | 'failed';
  readonly errand: Errand;
}

async function raise(bench: Bench, { name, flag, errand }: Flag): Promise<number> {
  const pod = await findPod(bench, name);
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

/** By what was told of the end; else by the Job or the pod, whose annotations may have stopped at an earlier phase. */
function exitCodeOf({ job, pod, phase }: Standing): number {
  const { phase: told, reason = '' } = pod?.told ?? {};
  if (isEnd(told)) return told === 'Succeeded' ? EXIT_DONE : exitCodeOfReason(reason, pod);
  const outcome = job === undefined ? pod?.podPhase : phase;
  return outcome === 'Succeeded' ? EXIT_DONE : exitCodeOfReason('', pod);
}

function exitCodeOfReason(reason: string, pod: JobPod | undefined): number {
  if (Object.hasOwn(ERRORS, reason)) return ERRORS[reason as Reason].exit;
  const { agentExit = EXIT_DONE } = pod ?? {};
  return agentExit === EXIT_DONE ? ERRORS.Defect.exit : agentExit;
}
