// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createLetter, sendLetter, type Letter, type SendingOptions } from './letter.ts';
import type { Call, Keeper } from './outbox-file.ts';
import { failureOf, isHopeless, isPassing } from './verdict.ts';

/** What the lanes are made of. */
export interface LanesOptions extends Omit<SendingOptions, 'onAttempt'> {
  readonly keeper: Keeper;
  /** Called whenever a call is queued, accepted or given up. */
  readonly onChange: () => void;
}

/** A call that somebody waits for. */
interface Delivery {
  readonly done: Promise<string | undefined>;
  readonly lastError: () => unknown;
  /** Nobody waits any more. */
  readonly leave: () => void;
}

/** The queued calls. */
export interface Lanes {
  offer(call: Call): Delivery;
  /** Queues a status in the place of those that wait. */
  supersede(status: string): void;
  /** Takes calls out of the queue; one that is being sent is broken off. */
  drop(which: (call: Call) => boolean): Promise<void>;
  readonly settled: (signal: AbortSignal) => Promise<void>;
  pending(): readonly Call[];
  /** How the last attempt failed, when only people can mend that. */
  hopeless(): unknown;
  /** Calls when an attempt fails so; gives the way to end that. */
  readonly onHopeless: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
}

/** Statuses and record calls do not wait for each other, so that a status that IMS cannot store delays no image. */
export function laneOf(call: Call): 'status' | 'record' {
  return call.kind === 'status' ? 'status' : 'record';
}

/**
 * Sends what is queued, in each lane one call at a time and in order. The status `success` waits until no record
 * call is left (H41).
 */
export function createLanes(options: LanesOptions): Lanes {
  const { keeper, logger, onChange } = options;
  let letters: Letter[] = keeper.memory.calls.map(createLetter);
  let watchers: (() => void)[] = [];
  let closed = false;
  let trouble: unknown;
  const listeners = new Set<() => void>();
  const onAttempt = (error: unknown): void => {
    trouble = error !== undefined && isPassing(error) && isHopeless(error) ? error : undefined;
    if (trouble !== undefined) for (const listener of listeners) listener();
  };

  const save = async (accepted = keeper.memory.accepted): Promise<void> => {
    const calls = letters.map(({ call }) => call);
    const saved = keeper.update({ calls, ...(accepted === undefined ? {} : { accepted }) });
    onChange();
    await saved.catch((error: unknown) => {
      logger.warn({ err: error }, 'what IMS has to be told is not on the volume: it is lost if the agent is killed');
    });
  };
  const take = (letter: Letter): void => {
    letters = letters.filter((other) => other !== letter);
  };
  const finish = async (letter: Letter): Promise<void> => {
    try {
      const result = await sendLetter(letter, { ...options, onAttempt });
      take(letter);
      await save(letter.call.kind === 'status' ? letter.call.status : undefined);
      letter.settle({ result });
    } catch (error) {
      if (closed && letters.includes(letter)) return;
      take(letter);
      await save();
      if (!letter.dropped && letter.waiting === 0) {
        logger.warn({ err: error }, 'IMS will never accept this call; it is given up');
      }
      letter.settle({ error: failureOf(error) });
    }
  };
  const mayStart = (letter: Letter): boolean => {
    if (letter.running !== undefined) return false;
    if (letter.call.kind === 'status' && letter.call.status === 'success' && letters.some(isRecordCall)) return false;
    return letters.find((other) => laneOf(other.call) === laneOf(letter.call)) === letter;
  };
  const pump = (): void => {
    if (closed) return;
    for (const letter of letters.filter(mayStart)) letter.running = finish(letter).then(pump);
    if (letters.length > 0) return;
    for (const watcher of watchers) watcher();
    watchers = [];
  };
  const post = (call: Call): Letter => {
    const letter = createLetter(call);
    letters.push(letter);
    // On the volume before it is sent.
    void save().then(pump);
    return letter;
  };
  const drop = (letter: Letter): void => {
    letter.dropped = true;
    letter.controller.abort(new Error('the call is not wanted any more'));
    take(letter);
    letter.settle({ error: letter.controller.signal.reason });
  };
  pump();
  return {
    offer: (call) => {
      const letter = letters.find((other) => isSame(other.call, call)) ?? post(call);
      letter.waiting += 1;
      const leave = (): void => {
        letter.waiting -= 1;
      };
      return { done: letter.done, lastError: () => letter.lastError, leave };
    },
    supersede: (status) => {
      const call: Call = { kind: 'status', status };
      const statuses = letters.filter((letter) => !isRecordCall(letter));
      if (statuses.at(-1) !== undefined && isSame(statuses.at(-1)?.call, call)) return;
      for (const letter of statuses) {
        // The one on its way is let through; the order of the two would be anybody's guess otherwise.
        letter.dropped = true;
        if (!letter.sending) drop(letter);
      }
      post(call);
    },
    drop: async (which) => {
      const unwanted = letters.filter((letter) => which(letter.call));
      for (const letter of unwanted) drop(letter);
      await Promise.all(unwanted.map(async (letter) => await letter.running));
      await save();
    },
    settled: async (signal) => {
      signal.throwIfAborted();
      if (letters.length === 0) return;
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      watchers.push(() => resolve(undefined));
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      await promise;
    },
    pending: () => letters.map(({ call }) => call),
    hopeless: () => trouble,
    onHopeless: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      const left = letters;
      for (const letter of left) letter.controller.abort(new Error('the outbox is closed'));
      await Promise.all(left.map(async (letter) => await letter.running));
      for (const letter of left) letter.settle({ error: letter.controller.signal.reason });
      await save();
    },
  };
}

function isRecordCall({ call }: Letter): boolean {
  return laneOf(call) === 'record';
}

function isSame(a: Call | undefined, b: Call): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
