// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { onCleanup } from './cleanup.ts';
import { TEST_HOME } from './directory.ts';
import { createLineLog, type LogLine } from './line-log.ts';

/** The top of the source tree. */
export const SOURCE_TREE = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** The Node that the programs are made for; the machine's own may be older. */
export const NODE = `${SOURCE_TREE}/node_modules/node/bin/node`;

/** Variables by which the test runner follows what a test has started; programs get them, and nothing else of ours. */
const FOLLOWED = ['IMS_TEST_RUN', 'NODE_REDIRECT_WARNINGS'];

/** Programs are started hundreds of times from their source: compiling it each time would take most of the run. */
const PLAIN = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  NODE_COMPILE_CACHE: `${TEST_HOME}/compile-cache`,
};

/** Which program of ours to start, and how. */
export interface ProgramOptions {
  /** The directory below `apps`. */
  readonly app: string;
  readonly args?: readonly string[];
  /** Its whole environment apart from a plain PATH and Node's cache of compiled code. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another file than `apps/<app>/src/main.ts`: a bundle. */
  readonly main?: string;
  /** Before the program's own file: `['unshare', '--pid', …]`. */
  readonly wrapper?: readonly string[];
  /** Something else in the place of `app`, which then only names it: `['sh', 'stand-in.sh']`. */
  readonly command?: readonly string[];
}

/** How a program ended: one of the two is null. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program of ours that runs. */
export interface Program {
  readonly pid: number;
  /** What it logged so far, each line of JSON on either output. */
  readonly lines: readonly LogLine[];
  /** Everything it wrote so far. */
  readonly stdout: string;
  readonly stderr: string;
  /**
   * The first line of the log, past or to come, that the predicate likes; a string is looked for in `msg`.
   * Rejects, with all that the program said, when it ends without such a line.
   */
  waitForLine(wanted: string | ((line: LogLine) => boolean)): Promise<LogLine>;
  /** Resolves when it has ended and everything it wrote has been read. */
  readonly ended: Promise<ProgramEnd>;
  /** Sends a signal to the program alone. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program of ours from its source with the pinned Node. {@link cleanUp} kills it if it still runs.
 *
 * @example
 * const sshd = spawnProgram({ app: 'sshd', args: ['run'], env: { IMAGE_ROOT_PARENT: volume.parent } });
 * await sshd.waitForLine('the shell is open');
 * sshd.kill('SIGTERM');
 * expect(await sshd.ended).toEqual({ code: 143, signal: null });
 */
export function spawnProgram(options: ProgramOptions): Program {
  const main = options.main ?? `${SOURCE_TREE}/apps/${options.app}/src/main.ts`;
  const command = [...(options.command ?? [NODE, main]), ...(options.args ?? [])];
  const [file = NODE, ...args] = [...(options.wrapper ?? []), ...command];
  const child = spawn(file, args, {
    env: { ...PLAIN, ...followed(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const log = createLineLog(`${options.app} ${(options.args ?? []).join(' ')}`);
  const ended = endOf(child, log);
  onCleanup(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    lines: log.lines,
    get stdout() {
      return log.text('stdout');
    },
    get stderr() {
      return log.text('stderr');
    },
    waitForLine: async (wanted) => await log.waitFor(wanted),
    ended,
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** Runs a program of ours to its end. */
export async function runProgram(options: ProgramOptions): Promise<Program & { readonly end: ProgramEnd }> {
  const program = spawnProgram(options);
  const end = await program.ended;
  return Object.assign(program, { end });
}

async function endOf(child: ChildProcess, log: ReturnType<typeof createLineLog>): Promise<ProgramEnd> {
  const read = (stream: 'stdout' | 'stderr'): void => {
    const input = child[stream];
    if (input === null) return;
    createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
      log.add(stream, line);
    });
  };
  read('stdout');
  read('stderr');
  const closed = once(child, 'close');
  // Without a program there is no end of it either; the other wait tells.
  closed.catch(() => undefined);
  try {
    // A daemon that the program has left behind may hold the outputs open: they are not waited for longer than a turn.
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    await Promise.race([closed, silence()]);
    log.end(`ended with ${String(code ?? signal)}`);
    return { code, signal };
  } catch (error) {
    log.end(String(error));
    throw error;
  }
}

async function silence(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 1000).unref();
  });
}

/** The variables by which the test runner finds what a test has left behind. */
export function followed(): Record<string, string> {
  // eslint-disable-next-line no-restricted-properties -- the runner's own variables, not the configuration of a program
  const { env } = process;
  return Object.fromEntries(FOLLOWED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
