// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { asFailure, type Failure } from './failure.ts';

/** What the driver needs to know of a phase; the tables of `@ims/contract` have it. */
export interface MachineRow {
  readonly terminal: boolean;
  readonly revisitable: boolean;
  readonly next: readonly string[];
}

/** The state of a phase `P` of a machine whose phases carry `Data`. */
export type StateOf<Data extends object, P extends keyof Data = keyof Data> = {
  [K in P]: { readonly phase: K } & Data[K];
}[P];

/** The phases of a table that something may follow. */
export type RunningPhase<Table extends Record<string, MachineRow>> = {
  [P in keyof Table]: Table[P]['terminal'] extends true ? never : P;
}[keyof Table];

/** One handler for each phase that is not terminal: the state in, the next state out. */
export type Handlers<Data extends object, Running extends keyof Data, Ports> = {
  readonly [P in Running]: (state: StateOf<Data, P>, ports: Ports, signal: AbortSignal) => Promise<StateOf<Data>>;
};

/** Everything that one run of a machine is made of. */
export interface Machine<Data extends object, Running extends keyof Data, Ports> {
  readonly table: Readonly<Record<keyof Data & string, MachineRow>>;
  readonly handlers: Handlers<Data, Running, Ports>;
  readonly ports: Ports;
  /** Aborted by SIGTERM: an input, not an error. */
  readonly signal: AbortSignal;
  /** The one place where a transition is told: log, status, annotations. */
  readonly onEnter: (state: StateOf<Data>) => Promise<void>;
  /** The state that follows a handler that threw. */
  readonly onFailure: (failure: Failure, during: StateOf<Data>) => StateOf<Data>;
  /** The state that follows an aborted handler. */
  readonly onCancelled: (during: StateOf<Data>) => StateOf<Data>;
}

/**
 * Drives a machine from `initial` to a terminal state and gives that state.
 * A transition that the table does not name, and a second visit that it does not allow, is a defect.
 */
export async function drive<Data extends object, Running extends keyof Data, Ports>(
  machine: Machine<Data, Running, Ports>,
  initial: StateOf<Data>,
): Promise<StateOf<Data>> {
  const visited = new Set<keyof Data>();
  let state = initial;
  for (;;) {
    const phase = phaseOf(state);
    await machine.onEnter(state);
    if (machine.table[phase].terminal) return state;
    visited.add(phase);
    const proposed = await step(machine, state);
    state = lawful(machine, visited, { from: state, proposed });
  }
}

async function step<Data extends object, Running extends keyof Data, Ports>(
  machine: Machine<Data, Running, Ports>,
  state: StateOf<Data>,
): Promise<StateOf<Data>> {
  const phase = phaseOf(state);
  try {
    const handler = machine.handlers[phase as unknown as Running];
    return await handler(state as StateOf<Data, Running>, machine.ports, machine.signal);
  } catch (error) {
    return machine.signal.aborted ? machine.onCancelled(state) : machine.onFailure(asFailure(error), state);
  }
}

function lawful<Data extends object, Running extends keyof Data, Ports>(
  machine: Machine<Data, Running, Ports>,
  visited: ReadonlySet<keyof Data>,
  move: { readonly from: StateOf<Data>; readonly proposed: StateOf<Data> },
): StateOf<Data> {
  const from = phaseOf(move.from);
  const to = phaseOf(move.proposed);
  const again = visited.has(to) && !machine.table[to].revisitable;
  if (machine.table[from].next.includes(to) && !again) return move.proposed;
  const failed = machine.onFailure(asFailure(new Error(`illegal transition from ${from} to ${to}`)), move.from);
  if (!machine.table[from].next.includes(phaseOf(failed))) throw new Error(`phase ${from} has no way to fail`);
  return failed;
}

function phaseOf<Data extends object>(state: StateOf<Data>): keyof Data & string {
  return (state as { phase: keyof Data & string }).phase;
}
