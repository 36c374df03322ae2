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
    description: 'Opens an image root to its user over ssh, and closes it when the user says complete or failed',
    example: 'IMS_ACTION=customize IMS_JOB_ID=… SSHD_OPTIONS="-f /etc/cray/ims/sshd_config" ims-sshd run /mnt/image',
  };
  return await runProgram(about, start.argv, (program, act) => {
    const job = act(async (parent: string | undefined) => await runJob(start, parent, program.opts()));
    program
      .command('run', { isDefault: true })
      .argument('[parent]', 'the shared volume; wins over IMAGE_ROOT_PARENT')
      .description('open the shell, wait for its user, close it')
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
