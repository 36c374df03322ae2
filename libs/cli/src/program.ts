// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, EXIT_DONE, VERSION } from '@ims/contract';
import { asFailure, type Failure } from '@ims/runtime';
import { Command, CommanderError, Option } from 'commander';

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
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_DONE : ERRORS.ConfigurationInvalid.exit;
    const failure = asFailure(error);
    const { output } = program.opts<CommonOptions>();
    process.stderr.write(`${say(about.name, failure, output)}\n`);
    return failure.exit;
  }
}

function createProgram(about: Program): Command {
  const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];
  const formats = ['text', 'json'];
  return new Command(about.name)
    .description(about.description)
    .version(VERSION)
    .addOption(new Option('--log-level <level>', 'least severe log lines; wins over LOG_LEVEL').choices(levels))
    .addOption(
      new Option('--output <format>', 'text for people, json for programs')
        .choices(formats)
        .default(process.stderr.isTTY ? 'text' : 'json', 'text on a terminal, else json'),
    )
    .addHelpText('after', `\nExample:\n  ${about.example}`)
    .showHelpAfterError('(--help shows what is accepted)')
    .exitOverride();
}

function say(name: string, failure: Failure, output: CommonOptions['output']): string {
  const { reason, message, advice } = failure;
  return output === 'json'
    ? JSON.stringify({ level: 'error', name, reason, msg: message, advice })
    : `${name}: ${message}\n  ${reason}: ${advice}`;
}
