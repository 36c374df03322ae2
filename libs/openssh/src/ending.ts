// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, type Clock, type Logger } from '@ims/runtime';

import { sendSignal, type ProcessRow } from './process-table.ts';
import { keyOf, type Scan } from './scan.ts';
import { wholeGroups } from './users-processes.ts';

/** One step of ending the users' processes. */
export interface Round {
  readonly signal: 'SIGHUP' | 'SIGTERM' | 'SIGKILL';
  /** How long they are given. */
  readonly ms: number;
}

/** What ending takes. */
export interface Ending {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rounds: readonly Round[];
  readonly scan: () => Scan;
}

const POLL_MS = 10;
/** Looks taken before a restless machine is believed. */
const MOST_LOOKS = 30;
/** Looks taken to freeze a tree that goes on forking. */
const MOST_FREEZES = 100;

/**
 * Ends the users' processes round by round and looks until none is left.
 *
 * @throws Failure SessionsRemain naming those that outlived SIGKILL
 */
export async function endProcesses(ending: Ending): Promise<void> {
  for (const round of ending.rounds) {
    if (isEmpty(ending.scan)) return;
    if (await runRound(ending, round)) return;
  }
  if (isEmpty(ending.scan)) return;
  const { users } = ending.scan();
  const named = users.slice(0, 10).map(({ pid, command }) => `${String(pid)} (${command})`);
  const rest = users.length > named.length ? ` and ${String(users.length - named.length)} more` : '';
  const who = users.length === 0 ? 'processes that fork and end all the time' : `${named.join(', ')}${rest}`;
  throw new Failure('SessionsRemain', `still there after SIGKILL: ${who}`);
}

/** Whether no user's process is left. On a machine that never rests, many looks must do. */
export function isEmpty(scan: () => Scan): boolean {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { users, settled } = scan();
    if (users.length > 0) return false;
    if (settled) return true;
  }
  return true;
}

/** Waits until none is left, at most so long. */
export async function untilEmpty(ending: Pick<Ending, 'clock' | 'scan'>, ms: number): Promise<boolean> {
  const end = ending.clock.monotonic() + ms;
  while (!isEmpty(ending.scan)) {
    if (ending.clock.monotonic() >= end) return false;
    await ending.clock.sleep(POLL_MS);
  }
  return true;
}

async function runRound(ending: Ending, round: Round): Promise<boolean> {
  const { clock, logger } = ending;
  const end = clock.monotonic() + round.ms;
  const signalled = new Set<string>();
  for (let first = true; ; first = false) {
    const users = round.signal === 'SIGKILL' ? kill(ending.scan) : signalNew(ending.scan, round.signal, signalled);
    if (first) {
      const processes = users.map(({ pid, command }) => `${String(pid)} ${command}`).slice(0, 20);
      logger.info(
        { signal: round.signal, count: users.length, processes },
        `ending the users' processes: ${round.signal}`,
      );
    }
    if (users.length === 0 && isEmpty(ending.scan)) return true;
    if (clock.monotonic() >= end) return false;
    await clock.sleep(POLL_MS);
  }
}

/** Each process gets the signal once, also one that came later; one that was stopped is let go to see it. */
function signalNew(scan: () => Scan, signal: Round['signal'], signalled: Set<string>): readonly ProcessRow[] {
  const { users } = scan();
  for (const row of users) {
    const key = keyOf(row);
    if (signalled.has(key)) continue;
    signalled.add(key);
    sendSignal(row, signal);
    sendSignal(row, 'SIGCONT');
  }
  return users;
}

/**
 * Freezes everything first, so that a tree that forks faster than it can be killed stands still, then kills it.
 * A group gets the signal as one, atomically: what forks and ends at once is never seen long enough by itself.
 */
function kill(scan: () => Scan): readonly ProcessRow[] {
  const frozen = new Set<string>();
  let seen = scan();
  for (let look = 0; look < MOST_FREEZES; look += 1) {
    const fresh = seen.users.filter((row) => !frozen.has(keyOf(row)));
    if (fresh.length === 0) break;
    for (const group of wholeGroups(seen.table, seen.users)) signalGroup(group, 'SIGSTOP');
    for (const row of fresh) {
      frozen.add(keyOf(row));
      sendSignal(row, 'SIGSTOP');
    }
    seen = scan();
  }
  for (const group of wholeGroups(seen.table, seen.users)) signalGroup(group, 'SIGKILL');
  for (const row of seen.users) sendSignal(row, 'SIGKILL');
  return seen.users;
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended meanwhile.
  }
}
