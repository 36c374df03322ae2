// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execa, type Options } from 'execa';

import type { Command, Outcome } from '@ims/runtime';
import { createEnds, createTail } from './output.ts';
import { readOutput, type Reading } from './reading.ts';

/** Where programs are looked for, whatever the caller's own PATH is. */
export const PLAIN_PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin';

/** From the polite signal to SIGKILL when a program is ended by a timeout or an abort. */
const FORCE_KILL_AFTER_MS = 5000;

/** What becomes of an output: read by us, shared with this process, or thrown away. */
export type OutputTarget = 'pipe' | 'inherit' | 'ignore';

/** A program to be spawned, and who hears its lines. */
export interface SpawnRequest {
  readonly command: Command;
  readonly onStdoutLine: (line: string) => void;
  readonly onStderrLine: (line: string) => void;
  /** In a session, and so a process group, of its own. */
  readonly newSession: boolean;
  readonly stdin: 'ignore' | 'inherit';
  readonly stdout: OutputTarget;
  readonly stderr: OutputTarget;
}

/** How a program ended; `cancelled` when the command's signal did it. */
interface Ending {
  readonly outcome: Outcome;
  readonly cancelled: boolean;
}

/** A program that was spawned. */
export interface Spawned {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** Sends a signal to the program alone; false when it is gone. */
  readonly kill: (signal: NodeJS.Signals) => boolean;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
}

/** Spawns a program without this process's environment; one that cannot be spawned is an outcome too. */
export function spawn(request: SpawnRequest): Spawned {
  try {
    return spawnUnchecked(request);
  } catch (error) {
    // Arguments that no program can have (a NUL byte) are refused before anything is started.
    return { pid: undefined, kill: () => false, ended: Promise.resolve(neverStarted(error)) };
  }
}

function spawnUnchecked(request: SpawnRequest): Spawned {
  const { command } = request;
  const child = execa(command.program, command.args, optionsOf(request));
  const stdout = readOutput(child.stdout, request.onStdoutLine, createTail(command.keptBytes));
  const stderr = readOutput(child.stderr, request.onStderrLine, createEnds());
  child.nodeChildProcess.once('exit', () => {
    stdout.finish();
    stderr.finish();
  });
  const end = async (): Promise<Ending> => endingOf(await child, { stdout, stderr });
  return {
    pid: child.pid,
    kill: (signal) => child.pid !== undefined && child.nodeChildProcess.kill(signal),
    ended: end(),
  };
}

/** Where programs work that are told no directory: ours, or the root when that is gone, which no program could start in. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

function optionsOf(request: SpawnRequest): Options & { buffer: false; reject: false } {
  const { command } = request;
  return {
    env: { PATH: PLAIN_PATH, ...command.env },
    extendEnv: false,
    buffer: false,
    reject: false,
    cwd: command.cwd ?? workingDirectory(),
    ...(command.input === undefined ? { stdin: request.stdin } : { input: command.input }),
    stdout: request.stdout,
    stderr: request.stderr,
    ...(command.timeoutMs === undefined ? {} : { timeout: Math.max(1, Math.ceil(command.timeoutMs)) }),
    ...(command.signal === undefined ? {} : { cancelSignal: command.signal }),
    forceKillAfterDelay: FORCE_KILL_AFTER_MS,
    // A process group of its own, so that what the program started goes with it.
    killDescendants: request.newSession,
  };
}

/** What of execa's result is used: flags and codes, never the text of its messages. */
interface ExecaResult {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly originalMessage?: string | undefined;
  readonly timedOut: boolean;
  readonly isCanceled: boolean;
}

function endingOf(result: ExecaResult, outputs: { stdout: Reading; stderr: Reading }): Ending {
  const started = result.exitCode !== undefined || result.signal !== undefined;
  const [stdout, stderr] = [outputs.stdout.end(), outputs.stderr.end()];
  const outcome = {
    exitCode: result.exitCode,
    endedBySignal: result.signal,
    notFound: !started && (result.code === 'ENOENT' || result.code === 'EACCES'),
    timedOut: result.timedOut,
    stdout,
    // A program that never ran said nothing: what the system said stands in its place.
    stderr: started ? stderr : (result.originalMessage ?? ''),
  };
  return { outcome, cancelled: result.isCanceled };
}

function neverStarted(error: unknown): Ending {
  const outcome = {
    exitCode: undefined,
    endedBySignal: undefined,
    notFound: false,
    timedOut: false,
    stdout: '',
    stderr: error instanceof Error ? error.message : String(error),
  };
  return { outcome, cancelled: false };
}
