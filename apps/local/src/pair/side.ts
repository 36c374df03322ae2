// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

import type { Outcome } from '@ims/runtime';
import { childCommand, type ChildOptions } from './isolation.ts';
import type { Source } from './narrator.ts';
import type { LocalPorts } from '../ports.ts';
import type { Variables } from './variables.ts';

/** One program of the pair, running. */
export interface Side {
  /** Never rejects. */
  readonly ended: Promise<Outcome>;
  /** Asks it to end as its container would be asked. */
  terminate(): void;
  /** Ends it and all that it started. */
  kill(): void;
}

/** What one side is started with. */
export interface SideOptions {
  readonly source: Source;
  readonly program: readonly string[];
  readonly variables: Variables;
  readonly child: ChildOptions;
  /** Directory of its log file. */
  readonly logs: string;
  readonly onLine: () => void;
}

/**
 * Starts one side of the pair in a session of its own, so that Ctrl-C reaches `ims-job` alone,
 * with nothing in its environment but its own variables. Every line goes to its log file and to the narrator.
 */
export function startSide(options: SideOptions, ports: LocalPorts): Side {
  const { source, child } = options;
  const log = createWriteStream(join(options.logs, `${source}.jsonl`), { flags: 'a', mode: 0o600 });
  log.on('error', (error) => {
    ports.logger.warn({ err: error }, `the log of ${source} cannot be written`);
  });
  const [program = '', ...args] = childCommand([...options.program, 'run'], child);
  const started = ports.runner.start({
    program,
    args,
    env: options.variables,
    cwd: '/',
    newSession: true,
    onLine: (line) => {
      log.write(`${line}\n`);
      ports.narrator.hear(source, line);
      options.onLine();
    },
  });
  const signal = (name: NodeJS.Signals): void => {
    // unshare itself is deaf to SIGTERM: the group holds it and the namespace's init, which passes it on.
    const group = child.isolation.kind === 'own' && child.ownProcesses;
    if (started.pid !== undefined && group) killGroup(started.pid, name);
    else started.kill(name);
  };
  const ended = started.ended.then((outcome) => {
    log.end();
    return outcome;
  });
  return { ended, terminate: () => signal('SIGTERM'), kill: () => signal('SIGKILL') };
}

function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // It is gone: that was the purpose.
  }
}
