// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runProgram, type Act, type CommonOptions } from '@ims/cli';
import type { Command } from 'commander';

import { readSettings, type World } from './config.ts';
import { findJob } from './job/find-job.ts';
import { homeAt, type Home } from './job/home.ts';
import { jobTable, listJobs } from './job/list.ts';
import { detailsTable, showJob } from './job/show.ts';
import { resumeJob, runJob, type Spoken } from './job-commands.ts';
import type { RunFlags } from './run-request.ts';

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
  ims-job run --image root.tar.zst --action create --output json | tail -n 1
  S3_ENDPOINT=https://rgw S3_ACCESS_KEY=… S3_SECRET_KEY=… ims-job run --store s3://boot-images`;

/** Runs `ims-job` and gives its exit code. */
export async function run(world: World): Promise<number> {
  return await runProgram(ABOUT, world.argv, (program, act) => {
    program.configureHelp({ showGlobalOptions: true });
    const voice = (): Spoken => {
      const { output, logLevel } = program.opts<CommonOptions>();
      const asJson = output === 'json' && program.getOptionValueSource('output') === 'cli';
      const { home, logLevel: levelOfEnvironment } = readSettings(world);
      return { home, output, asJson, logLevel: logLevel ?? levelOfEnvironment };
    };
    defineRun(program, (flags) => act(async () => await runJob(world, flags, voice()))());
    defineOthers(program, act, { world, voice });
  });
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
    .option('--store <place>', 'directory or s3://BUCKET to publish in (default: images below IMS_JOB_HOME)')
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
  { world, voice }: { readonly world: World; readonly voice: () => Spoken },
): void {
  const print = async <T>(look: (home: Home) => Promise<T>, text: (value: T) => string): Promise<number> => {
    const { home, asJson } = voice();
    const value = await look(homeAt(home));
    world.stdout.write(`${asJson ? JSON.stringify(value) : text(value)}\n`);
    return 0;
  };
  program
    .command('list')
    .description('list the jobs of this machine')
    .action(act(async () => await print(listJobs, jobTable)));
  program
    .command('show')
    .argument('<job>', 'id of a job, or how it begins')
    .description('show all that is known of a job: phases, artifacts, places')
    .action(
      act(async (job: string) => await print(async (home) => showJob(home, await findJob(home, job)), detailsTable)),
    );
  program
    .command('resume')
    .argument('<job>', 'id of a job, or how it begins')
    .description('go on with a job that was stopped')
    .action(act(async (job: string) => await resumeJob(world, job, voice())));
}
