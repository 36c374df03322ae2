// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { exitCodeAsked, runProgram, type CommonOptions, type Start } from '@ims/cli';
import { EXIT_DONE } from '@ims/contract';
import { sentenceOf } from '@ims/runtime';
import { exitCodeOf, runSession } from '@ims/session';

import { check, exitCodeOfLooks, probe } from './by-hand.ts';
import { readConfig, type SshdConfig } from './config.ts';
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
      { name: 'run', isDefault: true, does: 'open the shell, wait for its user, close it', run: runJob },
      { name: 'check', does: 'say whether sshd would take its configuration and this image root', run: checkDoor },
      { name: 'probe', does: 'log in once through the door that is open, by ssh and by sftp', run: probeDoor },
    ];
    for (const { name, does, run: command, isDefault = false } of commands) {
      program
        .command(name, { isDefault })
        .argument('[parent]', 'the shared volume; wins over IMAGE_ROOT_PARENT')
        .description(does)
        .action(
          act(
            async (parent: string | undefined) => await command(start, configOf(start, parent, options()), options()),
          ),
        );
    }
  });
  return exitCodeAsked({ program: 'ims-sshd', code, env: start.env });
}

function configOf(start: Start, parent: string | undefined, { logLevel }: CommonOptions): SshdConfig {
  return readConfig(logLevel === undefined ? start.env : { ...start.env, LOG_LEVEL: logLevel }, parent);
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
