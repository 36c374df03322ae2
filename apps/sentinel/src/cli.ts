// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { runProgram, type Act, type CommonOptions, type Start } from '@ims/cli';
import { lazyImageRoot } from '@ims/image-root';
import { openLogger } from '@ims/logging';
import { createBoard, userDirectoryOf } from '@ims/sentinel';
import { Argument, InvalidArgumentError, type Command } from 'commander';
import { clear, post, show, wait, type Bench } from './commands.ts';
import { readConfig, type JobFlags } from './config.ts';
import { parseDuration } from './duration.ts';
import { FILE_NAMES } from './names.ts';

const ABOUT = {
  name: 'ims-sentinel',
  description: 'Posts, clears, shows and waits for the signal files of an IMS job, by the rules of the pair',
  example: 'ims-sentinel --directory /mnt/image wait complete failed --timeout 60s',
};

/** Runs the program and gives its exit code. */
export async function run(start: Start): Promise<number> {
  return await runProgram(ABOUT, start.argv, (program, act) => {
    program
      .option('--directory <path>', 'the shared volume; wins over IMAGE_ROOT_PARENT', notEmpty)
      .option('--jailed', "the user's flags lie in the image's /tmp; wins over SSH_JAIL")
      .option('--no-jailed', "the user's flags lie on the volume; wins over SSH_JAIL");
    const at = (work: (bench: Bench) => Promise<number>): Promise<number> => atBench(start, program, work);
    defineCommands(program, act, at);
    defineWait(program, act, async (files, timeoutMs) => {
      const { termination } = start;
      try {
        return await at((bench) => wait(bench, { files, timeoutMs, signal: termination.signal }));
      } catch (error) {
        if (!termination.signal.aborted) throw error;
        return termination.exitCode();
      }
    });
  });
}

type At = (work: (bench: Bench) => Promise<number>) => Promise<number>;

function defineCommands(program: Command, act: Act, at: At): void {
  program
    .command('post')
    .description('write a signal file atomically, empty or with a message')
    .addArgument(oneName())
    .option('--message <text>', 'what is told with it')
    .action(
      act(async (file: string, { message }: { message?: string }) => await at((bench) => post(bench, file, message))),
    );
  program
    .command('clear')
    .description('take signal files away; absent ones are fine')
    .addArgument(manyNames())
    .action(act(async (files: string[]) => await at((bench) => clear(bench, files))));
  program
    .command('show')
    .description('say what stands at every signal file')
    .action(act(async () => await at(show)));
}

function defineWait(
  program: Command,
  act: Act,
  action: (files: string[], timeoutMs: number | undefined) => Promise<number>,
): void {
  program
    .command('wait')
    .description('wait until one of the signal files is there and print its name; exits with 22 when the time is up')
    .addArgument(manyNames())
    .option('--timeout <duration>', 'how long: 500ms, 60s, 5m, 1h; for ever when left out', durationOption)
    .action(act(async (files: string[], { timeout }: { timeout?: number }) => await action(files, timeout)));
}

async function atBench(start: Start, program: Command, work: (bench: Bench) => Promise<number>): Promise<number> {
  const options: CommonOptions & JobFlags = program.opts();
  const { logLevel, output } = options;
  const env = logLevel === undefined ? start.env : { ...start.env, LOG_LEVEL: logLevel };
  const { layout, warnings, ...config } = readConfig(env, options);
  const logger = await openLogger({ name: ABOUT.name, level: config.logLevel, format: output });
  for (const warning of warnings) logger.warn({}, warning);
  await using image = lazyImageRoot(layout.imageRoot);
  const board = createBoard({ layout, userDirectory: userDirectoryOf(layout, image), logger });
  try {
    return await work({
      board,
      layout,
      output,
      isOutputChosen: program.getOptionValueSource('output') === 'cli',
      write: start.write,
    });
  } finally {
    await board.close();
  }
}

function oneName(): Argument {
  return new Argument('<name>', 'which signal file').choices([...FILE_NAMES.keys()]);
}

function manyNames(): Argument {
  return new Argument('<names...>', 'which signal files').choices([...FILE_NAMES.keys()]);
}

function notEmpty(path: string): string {
  if (path.trim() === '')
    throw new InvalidArgumentError('It is empty: name the shared volume or leave the option out.');
  return path;
}

function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Accepted: a number with ms, s, m or h, at most 24 days.');
  return ms;
}
