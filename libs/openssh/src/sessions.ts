// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { realpathSync } from 'node:fs';

import type { Clock, Logger } from '@ims/runtime';
import type { SessionProcess, Sessions } from '@ims/session';

import { endProcesses, isEmpty, untilEmpty, type Round } from './ending.ts';
import type { ProcessRow } from './process-table.ts';
import { createScanner, type Scan } from './scan.ts';
import { tellTerminals, terminalPath } from './terminals.ts';
import type { DoorProcesses } from './traces.ts';

/** What tells the users' processes from everything else. */
export interface SessionsOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly imageRoot: string;
  readonly jobId: string;
  /** `-E` of $SSHD_OPTIONS. */
  readonly logFile: string | undefined;
  /** What the door knows of its processes. */
  readonly door: () => DoorProcesses;
  /** Every process that we see stems from our own entrypoint, see `isOwnNamespace`. */
  readonly ownNamespace: boolean;
  /** Processes that are ours without being in our tree, with all that is below them. */
  readonly spare?: () => readonly number[];
  readonly self?: number;
  readonly proc?: string;
  /** How long users are given to leave, and their commands to end, of their own accord. */
  readonly askMs?: number;
  readonly rounds?: readonly Round[];
}

const ASK_MS = 2000;
const ROUNDS: readonly Round[] = [
  { signal: 'SIGHUP', ms: 1000 },
  { signal: 'SIGTERM', ms: 2000 },
  { signal: 'SIGKILL', ms: 5000 },
];
const GOODBYE = 'This shell is being closed now: the image is about to be packaged.';

/** Finds and ends the users' processes. */
export function createSessions(options: SessionsOptions): Sessions {
  return {
    list: async () => scanner(options)().users.map(toSessionProcess),
    tell: async (message) => {
      const { users } = scanner(options)();
      await tellTerminals(terminalsOf(users), message, options.logger);
    },
    end: async () => await endAll(options),
  };
}

async function endAll(options: SessionsOptions): Promise<void> {
  const { logger, clock, rounds = ROUNDS, askMs = ASK_MS } = options;
  const scan = scanner(options);
  if (isEmpty(scan)) {
    logger.info({}, 'no user process is left');
    return;
  }
  const terminals = terminalsOf(scan().users);
  if (terminals.length > 0) {
    logger.info({ terminals: terminals.map(terminalPath) }, 'asking those at a terminal to leave');
    await tellTerminals(terminals, GOODBYE, logger);
  }
  // `ssh host touch complete` has to come to its own end, or its user is told that it failed (H40).
  if (!(await untilEmpty({ clock, scan }, askMs))) await endProcesses({ clock, logger, rounds, scan });
  logger.info({}, 'no user process is left');
}

function scanner(options: SessionsOptions): () => Scan {
  const { logFile, jobId, ownNamespace, proc = '/proc', self = process.pid } = options;
  return createScanner({
    marks: { imageRoot: resolved(options.imageRoot), jobId, logFile, proc },
    ownership: () => ({ self, spare: options.spare?.() ?? [], door: options.door(), ownNamespace }),
  });
}

/** As `/proc` names it, so that paths can be compared. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function terminalsOf(users: readonly ProcessRow[]): number[] {
  return [...new Set(users.map(({ terminal }) => terminal))].filter((device) => terminalPath(device) !== undefined);
}

function toSessionProcess({ pid, command, terminal }: ProcessRow): SessionProcess {
  return { pid, command, terminal: terminalPath(terminal) };
}
