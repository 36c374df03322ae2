// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  exitCodeAsked,
  orEndJob,
  runProgram,
  volumeArgument,
  type CommonOptions,
  type JobProgram,
  type Start,
} from '@ims/cli';
import { EXIT_DONE } from '@ims/contract';
import { sentenceOf } from '@ims/runtime';
import { exitCodeOf, runSession } from '@ims/session';

import { check, exitCodeOfLooks, probe } from './by-hand.ts';
import { readConfig, type SshdConfig } from './config.ts';
import { SSHD_ENDING } from './end-job.ts';
import { wire } from './wire.ts';

/** The program `ims-sshd`: gives the exit code of the command line. */
export async function run(start: Start): Promise<number> {
  const about = {
    name: 'ims-sshd',
    description: 'Opens an image root to its user over ssh, and closes it when the user says complete or failed',
    example: 'IMS_ACTION=customize IMS_JOB_ID=… SSHD_OPTIONS="-f /etc/cray/ims/sshd_config" ims-sshd run /mnt/image',
  };
  const code = await runProgram(about, start.argv, (program, act) => {
    const options = (): CommonOptions => program.opts();
    const commands = [
      { name: 'run', isDefault: true, does: 'open the shell, wait for its user, close it', run: endingJob },
      {
        name: 'check',
        does: 'say whether sshd would take its configuration and this image root',
        run: configured(checkDoor),
      },
      {
        name: 'probe',
        does: 'log in once through the door that is open, by ssh and by sftp',
        run: configured(probeDoor),
      },
    ];
    for (const { name, does, run: command, isDefault = false } of commands) {
      program
        .command(name, { isDefault })
        .addArgument(volumeArgument(program))
        .description(does)
        .action(act(async (parent: string | undefined) => await command({ start, parent, options: options() })));
    }
  });
  return exitCodeAsked({ program: 'ims-sshd', code, env: start.env });
}

type Work = (start: Start, config: SshdConfig, options: CommonOptions) => Promise<number>;

/** Does something with what the environment and the command line say. */
function configured(work: Work): (program: JobProgram) => Promise<number> {
  return async ({ start, parent, options }) => {
    const { logLevel } = options;
    const env = logLevel === undefined ? start.env : { ...start.env, LOG_LEVEL: logLevel };
    return await work(start, readConfig(env, parent), options);
  };
}

async function endingJob(program: JobProgram): Promise<number> {
  return await orEndJob(SSHD_ENDING, program, async () => await configured(runJob)(program));
}

async function runJob(start: Start, config: SshdConfig, options: CommonOptions): Promise<number> {
  await using wired = await wire(config, options.output);
  const last = await runSession({ ...wired, settings: config.settings, signal: start.termination.signal });
  return exitCodeOf(last, start.termination.exitCode());
}

async function checkDoor(start: Start, config: SshdConfig): Promise<number> {
  const looks = await check(config);
  for (const { at, failure } of looks) {
    start.write(failure === undefined ? `ok      ${at}` : `refused ${at}: ${sentenceOf(failure)}`);
  }
  return exitCodeOfLooks(looks);
}

async function probeDoor(start: Start, config: SshdConfig): Promise<number> {
  await probe(config, start.termination.signal);
  start.write('a login through the door works');
  return EXIT_DONE;
}
