// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runProgram, type Act, type CommonOptions } from '@ims/cli';
import { exitCodeOfSignal } from '@ims/contract';
import type { Command } from 'commander';

import { createJob } from './create-job.ts';
import type { World } from './config.ts';
import { farewell } from './farewell.ts';
import type { Detail } from './for-people.ts';
import { findJob } from './find-job.ts';
import { homeAt } from './home.ts';
import { jobTable, listJobs } from './job-list.ts';
import { detailsTable, showJob } from './job-show.ts';
import { requireMachine } from './machine.ts';
import { exitCodeOfResult } from './outcome.ts';
import type { LocalPorts } from './ports.ts';
import { prepareResume, type Resumption } from './resume.ts';
import { checkFlags, checkLogLevel, type RunFlags } from './run-request.ts';
import { resultTable } from './table.ts';
import { wire, type Voice } from './wire.ts';
import { workOn } from './work.ts';

const ABOUT = {
  name: 'ims-job',
  description: 'Customises an image root over ssh and publishes it: the pair of an IMS job on this machine',
  example: 'ims-job run --image root.sqsh --script setup.sh',
};

const RUN_EXAMPLES = `
Examples:
  ims-job run                                        a demonstration with an image of its own
  ims-job run --image root.sqsh --script setup.sh    customizes by script
  ims-job run --image /srv/root --store /srv/images  opens a shell for a person and waits
  ims-job run --image root.tar.zst --action create --output json | tail -n 1`;

/** Runs `ims-job` and gives its exit code. */
export async function run(world: World): Promise<number> {
  return await runProgram(ABOUT, world.argv, (program, act) => {
    program.configureHelp({ showGlobalOptions: true });
    const common = (): Spoken => {
      const options = program.opts<CommonOptions>();
      return { ...options, asJson: options.output === 'json' && program.getOptionValueSource('output') === 'cli' };
    };
    defineRun(program, (flags) => act(async () => await runJob(world, flags, common()))());
    defineOthers(program, act, { world, common });
  });
}

/** The options that all commands share, as they were given. */
interface Spoken extends CommonOptions {
  /** JSON was asked for: only then is the result of a command no text. */
  readonly asJson: boolean;
}

function defineRun(program: Command, action: (flags: RunFlags) => Promise<void>): void {
  program
    .command('run')
    .description('run a job: customize an image root by script or by hand, or publish one that was built')
    .option('--image <path>', 'directory, squashfs file or tar archive; left out: a demonstration image')
    .option('--action <action>', 'customize: open a shell first; create: publish as it is', 'customize')
    .option('--script <file>', 'run it over ssh inside the image root; left out: a shell for a person')
    .option('--no-jail', 'a root shell of this machine instead of one that is confined to the image')
    .option('--in-place', 'work on the directory itself instead of on a copy')
    .option('--store <directory>', 'where to publish (default: images below IMS_JOB_HOME)')
    .option('--name <name>', 'name of the image that is made (default: after --image)')
    .option('--kernel <file>', 'kernel in /boot')
    .option('--initrd <file>', 'initrd in /boot')
    .option('--parameters <file>', 'kernel parameters in /boot')
    .option('--keep', 'keep the working copy after success')
    .addHelpText('after', RUN_EXAMPLES)
    .action(action);
}

function defineOthers(
  program: Command,
  act: Act,
  { world, common }: { readonly world: World; readonly common: () => Spoken },
): void {
  const home = homeAt(world.home);
  const print = <T>(value: T, text: (value: T) => string): number => {
    world.stdout.write(`${common().asJson ? JSON.stringify(value) : text(value)}\n`);
    return 0;
  };
  program
    .command('list')
    .description('list the jobs of this machine')
    .action(act(async () => print(await listJobs(home), jobTable)));
  program
    .command('show')
    .argument('<job>', 'id of a job, or how it begins')
    .description('show all that is known of a job: phases, artifacts, places')
    .action(act(async (job: string) => print(await showJob(home, await findJob(home, job)), detailsTable)));
  program
    .command('resume')
    .argument('<job>', 'id of a job, or how it begins')
    .description('go on with a job that was stopped')
    .action(act(async (job: string) => await resumeJob(world, job, common())));
}

async function runJob(world: World, flags: RunFlags, spoken: Spoken): Promise<number> {
  const logLevel = checkLogLevel(spoken.logLevel) ?? 'INFO';
  const request = await checkFlags(flags, { cwd: world.cwd, home: world.home });
  await requireMachine(world);
  return await withPorts(world, { ...spoken, logLevel, detail: detailOf(spoken) }, async (ports) => ({
    job: await createJob({ ...request, logLevel }, ports),
    needed: 'both' as const,
  }));
}

async function resumeJob(world: World, typed: string, spoken: Spoken): Promise<number> {
  const logLevel = checkLogLevel(spoken.logLevel);
  await requireMachine(world);
  const id = await findJob(homeAt(world.home), typed);
  return await withPorts(
    world,
    { ...spoken, logLevel: logLevel ?? 'INFO', detail: detailOf(spoken) },
    async (ports) => await prepareResume(id, logLevel, ports),
  );
}

/** Works on a job and says how it ended: the result on standard output, what went wrong on standard error. */
async function withPorts(
  world: World,
  spoken: Spoken & Voice,
  begin: (ports: LocalPorts) => Promise<Resumption>,
): Promise<number> {
  const ports = wire(world, spoken);
  try {
    const { job, needed } = await begin(ports);
    const result = await workOn(job, needed, ports);
    ports.end();
    if (spoken.asJson) world.stdout.write(`${JSON.stringify(result)}\n`);
    else if (result.outcome === 'Succeeded') world.stdout.write(`${resultTable(result, world.colour)}\n`);
    if (result.outcome !== 'Succeeded') world.stderr.write(farewell(result, world.self));
    return exitCodeOfResult(result, world.interruption.number());
  } catch (error) {
    ports.end();
    if (world.interruption.signal.aborted) return exitCodeOfSignal(world.interruption.number() ?? 0);
    throw error;
  }
}

/** Who asks for a level wants to see its lines. */
function detailOf({ logLevel }: Spoken): Detail {
  if (logLevel === undefined) return 'phases';
  return logLevel === 'DEBUG' ? 'everything' : 'lines';
}
