// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { descendantsOf, type ProcessIdentity, type ProcessRow, type ProcessTable } from './process-table.ts';
import type { DoorProcesses } from './traces.ts';

/** What decides whose a process is. */
export interface Ownership {
  /** Our own process. */
  readonly self: number;
  /** Processes that are ours without being in our tree, such as the agent's on the same machine. */
  readonly spare: readonly number[];
  readonly door: DoorProcesses;
  /** Every process that this one sees stems from our own entrypoint: what is not ours is a user's. */
  readonly ownNamespace: boolean;
  /** Evidence from outside the table: the process holds something of the image root, or carries our job's id. */
  readonly touches: (row: ProcessRow) => boolean;
}

/**
 * The processes that can write to the image root on a user's behalf (H17). Never our own, nor what they stem from.
 */
export function usersProcesses(table: readonly ProcessRow[], ownership: Ownership): ProcessRow[] {
  const ours = ownProcesses(table, ownership);
  const foreign = table.filter((row) => !row.dead && !row.kernelThread && !ours.has(row.pid));
  const fromDoor = processesFromDoor(table, ownership.door, ours);
  const direct = foreign.filter((row) => fromDoor.has(row.pid) || ownership.ownNamespace || ownership.touches(row));
  const below = new Set(descendantsOf(table, pidsOf(direct), ({ pid }) => !ours.has(pid)).map(({ pid }) => pid));
  const pids = new Set(pidsOf(direct));
  return foreign.filter(({ pid }) => pids.has(pid) || below.has(pid));
}

/** Programs that are process 1 of a container for no other purpose than to start ours and to reap. */
const INITS = new Set(['tini', 'docker-init', 'catatonit', 'dumb-init']);

/**
 * True when all these processes stem from our entrypoint, so that whatever comes later is ours or a user's; asked
 * before any user can be there. Whoever else is process 1 may start more than us, and is believed nothing.
 */
export function isOwnNamespace({ rows: table }: Pick<ProcessTable, 'rows'>, self: number): boolean {
  const ours = ownProcesses(table, { self, spare: [], door: { listener: undefined, sessions: [] } });
  const init = table.find(({ pid }) => pid === 1);
  const parent = table.find(({ pid }) => pid === self)?.parent;
  const isInit = init !== undefined && parent === init.pid && INITS.has(init.command);
  return (self === 1 || isInit) && table.every(({ pid }) => ours.has(pid));
}

function ownProcesses(
  table: readonly ProcessRow[],
  { self, spare, door }: Pick<Ownership, 'self' | 'spare' | 'door'>,
): ReadonlySet<number> {
  const listener = table.find((row) => door.listener !== undefined && isThis(row, door.listener));
  const session = table.find(({ pid }) => pid === self)?.session;
  // As process 1 we also get users' orphans for children; those of ours are still in our own session.
  const isChild = (row: ProcessRow): boolean => row.pid !== listener?.pid && (self !== 1 || row.session === session);
  const below = descendantsOf(table, [self], isChild);
  const spared = descendantsOf(table, spare, ({ pid }) => pid !== listener?.pid);
  const known = [self, ...spare, ...ancestorsOf(table, self), ...pidsOf(below), ...pidsOf(spared)];
  return new Set(listener === undefined ? known : [...known, listener.pid]);
}

function ancestorsOf(table: readonly ProcessRow[], self: number): number[] {
  const byPid = new Map(table.map((row) => [row.pid, row]));
  const ancestors: number[] = [];
  for (let row = byPid.get(self); row !== undefined && row.parent > 0; row = byPid.get(row.parent)) {
    ancestors.push(row.parent);
  }
  return ancestors;
}

/** What sshd started, what is below it, and what was left in their sessions when a shell ended. */
function processesFromDoor(
  table: readonly ProcessRow[],
  door: DoorProcesses,
  ours: ReadonlySet<number>,
): ReadonlySet<number> {
  const roots = [
    ...table.filter((row) => door.sessions.some((session) => isThis(row, session))),
    ...table.filter((row) => door.listener !== undefined && row.parent === door.listener.pid),
  ].filter(({ pid }) => !ours.has(pid));
  const tree = [...roots, ...descendantsOf(table, pidsOf(roots), ({ pid }) => !ours.has(pid))];
  const sessions = new Set(tree.map(({ session }) => session));
  for (const row of table) if (ours.has(row.pid)) sessions.delete(row.session);
  return new Set(pidsOf([...tree, ...table.filter(({ session }) => sessions.has(session))]));
}

/** The process groups whose every living member is among these processes: they can be signalled as one. */
export function wholeGroups(table: readonly ProcessRow[], users: readonly ProcessRow[]): number[] {
  const pids = new Set(pidsOf(users));
  const strangers = new Set(table.filter(({ pid, dead }) => !dead && !pids.has(pid)).map(({ group }) => group));
  return [...new Set(users.map(({ group }) => group))].filter((group) => group > 1 && !strangers.has(group));
}

function isThis(row: ProcessRow, identity: ProcessIdentity): boolean {
  return row.pid === identity.pid && row.startTime === identity.startTime;
}

function pidsOf(rows: readonly ProcessRow[]): number[] {
  return rows.map(({ pid }) => pid);
}
