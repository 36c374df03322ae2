// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runProgram, type Act, type CommonOptions, type Start } from '@ims/cli';
import { openLogger } from '@ims/logging';
import { createRunner } from '@ims/process';
import { Failure } from '@ims/runtime';

import { complete, fail, list, show, ssh, watch, type Bench } from './commands.ts';
import { createKubectl } from './kubectl.ts';
import { readLevel, scopeOf, wayOf, type Flags } from './config.ts';

type Program = Parameters<Parameters<typeof runProgram>[2]>[0];
type At = (work: (bench: Bench) => Promise<number>) => Promise<number>;

const ABOUT = {
  name: 'kubectl-ims',
  description: 'Shows IMS jobs, logs in to them with the host key that they tell, and finishes them',
  example: 'kubectl ims ssh my-job -- ls /mnt/image/image-root',
};

/** Runs the program and gives its exit code. */
export async function run(start: Start): Promise<number> {
  return await runProgram(ABOUT, start.argv, (program, act) => {
    program
      .option('-n, --namespace <name>', 'where the job is; the one of the context when left out')
      .option('--context <name>', 'which context of the kubeconfig')
      .option('--kubeconfig <file>', 'which kubeconfig')
      .option('--address <host:port>', 'where ssh connects to; wins over --via')
      .option('--via <way>', 'service, pod or forward; a service outside the cluster, else forward, when left out')
      .option('-i, --identity <file>', 'private key for ssh');
    const at: At = async (work) => await atBench(start, program.opts(), work);
    defineLooking(program, act, at);
    defineActing(program, act, at);
  });
}

function defineLooking(program: Program, act: Act, at: At): void {
  program
    .command('list')
    .description('list IMS jobs, and what keeps them from going on')
    .option('-A, --all-namespaces', 'of all namespaces')
    .action(
      act(
        async ({ allNamespaces = false }: { allNamespaces?: boolean }) =>
          await at((bench) => list(bench, allNamespaces)),
      ),
    );
  program
    .command('show <job>')
    .description('show all that is known of a job, by its name, its id or its pod')
    .action(act(async (job: string) => await at((bench) => show(bench, job))));
  program
    .command('watch <job>')
    .description('follow the job from pod to pod until it has ended; the exit code says how')
    .action(act(async (job: string) => await at((bench) => watch(bench, job))));
}

function defineActing(program: Program, act: Act, at: At): void {
  program
    .command('ssh <job> [command...]')
    .description('open the shell of a job, or run a command in it, with the host key pinned')
    .action(act(async (job: string, command: string[]) => await at((bench) => ssh(bench, job, command))));
  program
    .command('complete <job>')
    .description('say that the image is done: it is checked and published')
    .action(act(async (job: string) => await at((bench) => complete(bench, job))));
  program
    .command('fail <job> <reason>')
    .description('give the job up and say why: nothing is published')
    .action(act(async (job: string, reason: string) => await at((bench) => fail(bench, job, reason))));
}

async function atBench(
  { env, termination, write }: Start,
  flags: CommonOptions & Flags,
  work: (bench: Bench) => Promise<number>,
): Promise<number> {
  const { output } = flags;
  const logger = await openLogger({
    name: ABOUT.name,
    level: readLevel(flags.logLevel ?? env['LOG_LEVEL']),
    format: output,
  });
  const runner = createRunner({ logger });
  const { signal } = termination;
  const given = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const kubectl = createKubectl({ runner, env: given, scope: scopeOf(flags), signal });
  try {
    return await work({ runner, kubectl, logger, env: given, signal, way: wayOf(flags), output, write });
  } catch (error) {
    // Whoever stops the program knows that it did not end by itself.
    if (!signal.aborted || error instanceof Failure) throw error;
    return termination.exitCode();
  }
}
