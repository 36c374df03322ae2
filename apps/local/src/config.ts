// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { homedir, constants as system } from 'node:os';
import { join } from 'node:path';

import { readEnvironment } from '@ims/env';
import type { Interruption } from './ports.ts';

/** One of the two outputs of this process. */
interface Out {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
}

/** Everything of this process that `ims-job` depends on, read once. */
export interface World {
  readonly argv: readonly string[];
  readonly cwd: string;
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
    cwd: (byNpm ? env['INIT_CWD'] : undefined) ?? process.cwd(),
    env,
    usualHome: join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'ims-job'),
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

/** What `ims-job` takes from its environment. */
export interface Settings {
  readonly home: string;
  /** Undefined when nobody asked for a level. */
  readonly logLevel: string | undefined;
}

/** @throws Failure ConfigurationInvalid naming every variable that is malformed */
export function readSettings(world: Pick<World, 'env' | 'usualHome'>): Settings {
  const { values } = readEnvironment(['IMS_JOB_HOME', 'LOG_LEVEL'], world.env);
  const asked = (world.env['LOG_LEVEL'] ?? '') !== '';
  return { home: values.IMS_JOB_HOME ?? world.usualHome, logLevel: asked ? values.LOG_LEVEL : undefined };
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
const SAME_SIGNAL_MS = 1000;

function catchSignals(): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  let caught: { readonly number: number; readonly at: number } | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (caught === undefined) {
        caught = { number: system.signals[name], at: performance.now() };
        first.abort();
      } else if (performance.now() - caught.at > SAME_SIGNAL_MS) second.abort();
    });
  }
  return { signal: first.signal, urgent: second.signal, number: () => caught?.number };
}
