// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants as system, userInfo } from 'node:os';
import { join } from 'node:path';

import { exitCodeOfSignal } from '@ims/contract';
import { readEnvironment, VARIABLES } from '@ims/env';
import { Failure } from '@ims/runtime';
import { PACKAGING_NAMES } from './pair/outside.ts';
import type { Interruption } from './ports.ts';
import { shown } from './typed-path.ts';

/** One of the two outputs of this process. */
interface Out {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Everything of this process that `ims-job` depends on, read once. */
export interface World {
  readonly argv: readonly string[];
  /** Where paths are typed; `undefined` when that directory is gone. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where jobs are kept when no variable says so. */
  readonly usualHome: string;
  readonly isRoot: boolean;
  /** How `ims-job` is started here, for commands that people are told to type. */
  readonly self: string;
  /** How the same command line is typed with root's rights. */
  readonly asRoot: string;
  /** The file that runs, and the Node that runs it. */
  readonly main: string;
  readonly node: string;
  /** Colours were not forbidden; whether they are used is up to each output. */
  readonly mayColour: boolean;
  readonly stdout: Out;
  readonly stderr: Out;
  readonly interruption: Interruption;
}

/** Reads the process; signals are caught from now on. */
export function readWorld(main: string): World {
  const { env, argv } = process;
  const byNpm = env['npm_lifecycle_event'] === 'start';
  const args = argv.slice(2);
  const self = main.endsWith('.mjs') ? `node ${main}` : 'npx ims-job';
  return {
    argv,
    // npm runs its scripts at the top of the repository, wherever it was called.
    cwd: (byNpm ? env['INIT_CWD'] : undefined) ?? workingDirectory(),
    env,
    usualHome: usualHome(env),
    isRoot: process.getuid?.() === 0,
    self,
    asRoot: byNpm ? sudoNpm(args.slice(1)) : `sudo ${[self, ...args].join(' ')}`,
    main,
    node: process.execPath,
    mayColour: env['NO_COLOR'] === undefined,
    stdout: outOf(process.stdout),
    stderr: outOf(process.stderr),
    interruption: catchSignals(),
  };
}

/** Relative paths there are to be ignored, as empty ones (XDG Base Directory Specification). */
function usualHome(env: NodeJS.ProcessEnv): string {
  const isGiven = (path: string | undefined): path is string => path?.startsWith('/') ?? false;
  const state = env['XDG_STATE_HOME'];
  if (isGiven(state)) return join(state, 'ims-job');
  return join(isGiven(env['HOME']) ? env['HOME'] : userInfo().homedir, '.local/state/ims-job');
}

/** Node throws where the directory in which a program was started is gone. */
function workingDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** What `ims-job` takes from its environment. */
export interface Settings {
  readonly home: string;
  /** Undefined when nobody asked for a level. */
  readonly logLevel: string | undefined;
}

/** @throws Failure ConfigurationInvalid naming every variable that is malformed */
export function readSettings(world: Pick<World, 'env' | 'usualHome'>): Settings {
  const { values } = readEnvironment(['IMS_JOB_HOME', 'LOG_LEVEL', ...PACKAGING_NAMES], world.env);
  const asked = (world.env['LOG_LEVEL'] ?? '') !== '';
  return { home: values.IMS_JOB_HOME ?? checkedHome(world.usualHome), logLevel: asked ? values.LOG_LEVEL : undefined };
}

function checkedHome(path: string): string {
  const parsed = VARIABLES.IMS_JOB_HOME.parser.parse(path);
  if (parsed.ok) return parsed.value;
  throw new Failure(
    'ConfigurationInvalid',
    `the state directory that follows from XDG_STATE_HOME and HOME is ${shown(path)} (accepted: ${VARIABLES.IMS_JOB_HOME.parser.accepts})`,
    { advice: 'set IMS_JOB_HOME to a directory of root, for instance /var/lib/ims-job; nothing was changed' },
  );
}

function sudoNpm(args: readonly string[]): string {
  return args.length === 0 ? 'sudo npm start' : `sudo npm start -- ${args.join(' ')}`;
}

/** Node leaves the property out when there is no terminal. */
function isTerminal({ isTTY }: { readonly isTTY?: boolean }): boolean {
  return isTTY ?? false;
}

function outOf(stream: NodeJS.WriteStream): Out {
  // Whoever reads us may leave early (`| head`): that ends the output, not the job.
  stream.on('error', () => undefined);
  return {
    write: (text) => void stream.write(text),
    isTTY: isTerminal(stream),
    columns: stream.columns || 80,
  };
}

/** A terminal sends Ctrl-C to npm and to us, and npm sends it on: within this time it is one and the same. */
const SAME_SIGNAL_MS = 500;

function catchSignals(): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  let number: number | undefined;
  let caught: { readonly name: NodeJS.Signals; readonly at: number } | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      const isSame = caught?.name === name && performance.now() - caught.at < SAME_SIGNAL_MS;
      if (isSame) return;
      // The third ends even a process whose last words nobody takes.
      if (second.signal.aborted) process.exit(exitCodeOfSignal(system.signals[name]));
      if (caught === undefined) first.abort();
      else second.abort();
      caught = { name, at: performance.now() };
      number ??= system.signals[name];
    });
  }
  return { signal: first.signal, urgent: second.signal, number: () => number };
}
