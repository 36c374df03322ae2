// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runProgram, type CommonOptions, type Termination } from '@ims/cli';
import { exitCodeOf, runSession } from '@ims/session';

import { readConfig } from './config.ts';
import { wire } from './wire.ts';

/** What the program is started with. */
export interface Start {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly termination: Termination;
}

/** The program `ims-sshd`: gives the exit code of the command line. */
export async function run(start: Start): Promise<number> {
  const about = {
    name: 'ims-sshd',
    description: 'Prepares an image root for the shell, then packs, stores and registers what the user made of it',
    example: 'IMS_ACTION=customize IMS_JOB_ID=… IMAGE_ROOT_ARCHIVE_NAME=cos-2.5 ims-sshd run /mnt/image',
  };
  return await runProgram(about, start.argv, (program, act) => {
    const job = act(async (parent: string | undefined) => await runJob(start, parent, program.opts()));
    program
      .command('run', { isDefault: true })
      .argument('[parent]', 'the shared volume; wins over IMAGE_ROOT_PARENT')
      .description('run the job from its beginning, or from where an earlier start of it was')
      .action(job);
    program
      .command('resume')
      .argument('[parent]', 'the shared volume; wins over IMAGE_ROOT_PARENT')
      .description('go on by hand with a job whose agent ended: the same as run, from its journal')
      .action(job);
  });
}

async function runJob(start: Start, parent: string | undefined, options: CommonOptions): Promise<number> {
  const { logLevel } = options;
  const config = readConfig(logLevel === undefined ? start.env : { ...start.env, LOG_LEVEL: logLevel }, parent);
  await using wired = await wire(config, options.output);
  const last = await runSession({ ...wired, settings: config.settings, signal: start.termination.signal });
  return exitCodeOf(last, start.termination.exitCode());
}
