// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { orEndJob, type Act, type CommonOptions, type runProgram, type Start } from '@ims/cli';
import { exitCodeOf, runPreparation } from '@ims/preparation';

import { environmentOf } from '../commands/command.ts';
import { AGENT_ENDING } from '../ending/end-job.ts';
import { readPrepareConfig, type PrepareArguments } from './config.ts';
import { wirePreparation } from './wire.ts';

/** The command line as `runProgram` gives it out. */
type CommandLine = Parameters<Parameters<typeof runProgram>[2]>[0];

/** Adds `prepare DIR URL`. */
export function addPrepare(program: CommandLine, act: Act, start: Start): void {
  program
    .command('prepare')
    .argument('<dir>', 'the shared volume; wins over IMAGE_ROOT_PARENT')
    .argument('<url>', 'the squashfs: an http, https, file or s3 address; taken out of the process list at once')
    .description('fetch the image that is customised, check it and unpack it to image-root in the volume')
    .action(
      act(async (parent: string, url: string) => await prepare(start, { parent, url }, program.opts<CommonOptions>())),
    );
}

async function prepare(start: Start, given: PrepareArguments, options: CommonOptions): Promise<number> {
  const { termination } = start;
  const { signal } = termination;
  return await orEndJob(AGENT_ENDING, { start, options, parent: given.parent }, async () => {
    const config = readPrepareConfig(environmentOf(start, options), given);
    await using wired = await wirePreparation(config, { output: options.output, signal });
    const last = await runPreparation({ settings: config.settings, ports: wired.ports, signal });
    return exitCodeOf(last, termination.exitCode());
  });
}
