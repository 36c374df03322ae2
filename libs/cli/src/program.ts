// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { EXIT_DONE, VERSION } from '@ims/contract';
import { logLevel } from '@ims/env';
import { asFailure, Failure } from '@ims/runtime';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { sayFailure } from './say-failure.ts';

/** What every program has in common. */
export interface Program {
  readonly name: string;
  readonly description: string;
  /** A command line that works, shown by `--help`. */
  readonly example: string;
}

/** The options that every program takes. */
export interface CommonOptions {
  readonly logLevel?: string;
  readonly output: 'text' | 'json';
}

/** Wraps what a command does so that the exit code it gives becomes the program's. */
export type Act = <A extends unknown[]>(command: (...args: A) => Promise<number>) => (...args: A) => Promise<void>;

/**
 * Runs a program with `--version`, `--log-level`, `--output` and an example, and gives its exit code.
 * What a command throws is said in one line, with its reason and advice. Without a command line that it
 * understands, nothing is done and the code is that of a wrong configuration.
 *
 * @param define adds the commands to the program
 */
export async function runProgram(
  about: Program,
  argv: readonly string[],
  define: (program: Command, act: Act) => void,
): Promise<number> {
  const program = createProgram(about);
  let code: number = EXIT_DONE;
  define(program, (command) => async (...args) => {
    code = await command(...args);
  });
  try {
    await program.parseAsync(argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_DONE;
    const failure = error instanceof CommanderError ? misunderstood(error) : asFailure(error);
    sayFailure(about.name, failure, program.opts<CommonOptions>().output);
    return failure.exit;
  }
}

/** Characters of a complaint that are shown at either end: what was typed may be of any length. */
const SHOWN = 240;

/** commander's own words, in one line. */
function misunderstood({ message }: CommanderError): Failure {
  const line = message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/\p{Cc}/gu, '?');
  const text = line.length > 2 * SHOWN ? `${line.slice(0, SHOWN)}…${line.slice(-SHOWN)}` : line;
  return new Failure('ConfigurationInvalid', text, { advice: '--help shows what is accepted' });
}

function createProgram(about: Program): Command {
  const formats = ['text', 'json'];
  return new Command(about.name)
    .description(about.description)
    .version(VERSION)
    .addOption(new Option('--log-level <level>', levelHelp).argParser(levelOf))
    .addOption(
      new Option('--output <format>', 'text for people, json for programs')
        .choices(formats)
        .default(process.stderr.isTTY ? 'text' : 'json', 'text on a terminal, else json'),
    )
    .addHelpText('after', `\nExample:\n  ${about.example}`)
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
}

const levelHelp = `least severe log lines: ${logLevel.accepts}; wins over LOG_LEVEL`.replaceAll('`', '');

function levelOf(text: string): string {
  const read = logLevel.parse(text.trim());
  if (read.ok) return read.value;
  throw new InvalidArgumentError(`Accepted: ${logLevel.accepts.replaceAll('`', '')}.`);
}
