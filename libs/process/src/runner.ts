// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Command, Logger, Outcome, Runner } from '@ims/runtime';
import { spawn, type OutputTarget, type SpawnRequest } from './spawn.ts';

/** A program that runs beside us for a while. */
export interface StartCommand extends Command {
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
  /** A session of its own: Ctrl-C on our terminal does not reach it, and an abort ends all that it started. */
  readonly newSession?: boolean;
  /** `ignore` when left out: the program reads an empty input. */
  readonly stdin?: 'ignore' | 'inherit';
  /** `pipe` when left out. */
  readonly stdout?: OutputTarget;
  /** `pipe` when left out. */
  readonly stderr?: OutputTarget;
}

/** A program that was started; it is ended when this process exits. */
export interface Started {
  /** Undefined when it could not be started; {@link ended} says why. */
  readonly pid: number | undefined;
  /** Never rejects: after an abort it tells which signal ended the program. */
  readonly ended: Promise<Outcome>;
  /** Sends a signal to the program alone; false when it is gone. */
  kill(signal: NodeJS.Signals): boolean;
}

/** Runs programs to their end, or starts them to be supervised. */
export interface ProcessRunner extends Runner {
  start(command: StartCommand): Started;
}

/** Makes a runner; it logs each program at debug when it starts and when it ends, never its environment or input. */
export function createRunner(options: { logger: Logger }): ProcessRunner {
  const { logger } = options;
  return {
    run: async (command) => {
      command.signal?.throwIfAborted();
      const { cancelled, outcome } = await launch(logger, { newSession: true, ...command }).ended;
      if (cancelled) command.signal?.throwIfAborted();
      return outcome;
    },
    start: (command) => {
      const { pid, kill, ended } = launch(logger, command);
      return { pid, kill, ended: ended.then(({ outcome }) => outcome) };
    },
  };
}

function launch(logger: Logger, command: StartCommand): ReturnType<typeof spawn> {
  const { program, args } = command;
  logger.debug({ program, args }, 'starts a program');
  const spawned = spawn(requestOf(logger, command));
  if (spawned.pid !== undefined) command.onStarted?.(spawned.pid);
  const ended = spawned.ended.then((ending) => {
    const { exitCode, endedBySignal, notFound, timedOut } = ending.outcome;
    logger.debug({ program, pid: spawned.pid, exitCode, endedBySignal, notFound, timedOut }, 'a program has ended');
    return ending;
  });
  return { ...spawned, ended };
}

function requestOf(logger: Logger, command: StartCommand): SpawnRequest {
  const tell = (specific?: (line: string) => void) => (line: string) => {
    try {
      specific?.(line);
      command.onLine?.(line);
    } catch (error) {
      // A listener's fault must not end the program that it listens to, nor this process.
      logger.warn({ err: error, program: command.program }, 'a line of output could not be handled');
    }
  };
  return {
    command,
    onStdoutLine: tell(command.onStdoutLine),
    onStderrLine: tell(command.onStderrLine),
    newSession: command.newSession ?? false,
    stdin: command.stdin ?? 'ignore',
    stdout: command.stdout ?? 'pipe',
    stderr: command.stderr ?? 'pipe',
  };
}
