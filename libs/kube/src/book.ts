// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Clock, Logger } from '@ims/runtime';

import { asRefusal, createCalls } from './calls.ts';
import type { Then } from './loop.ts';
import { afterRead, afterRefusal, afterWrite } from './outcomes.ts';
import { planNext } from './plan.ts';
import type { PodApi, Write } from './pod-api.ts';
import { NOTHING, type Asked, type State } from './state.ts';
import { createTeller } from './teller.ts';

/** Where the own pod is spoken to, once that is found out. */
interface OpenPod {
  readonly api: PodApi;
  /** The pod's uid, when somebody has said it. */
  readonly uid: string | undefined;
  close(): Promise<void>;
}

/** Why there is no pod to tell anything. */
interface NoPod {
  readonly why: string;
  /** Nobody expected one: a job on one machine. */
  readonly isExpected: boolean;
}

/** What a pod reporter is made of. */
export interface PodReporterParts {
  /** Called once, when there is something to tell. */
  readonly open: () => Promise<OpenPod | NoPod>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How long one call may take, in milliseconds. */
  readonly callMs: number;
  /** How long one call may take while the last words wait, in milliseconds. */
  readonly lastCallMs: number;
  /** How long flush() waits, in milliseconds. */
  readonly flushMs: number;
}

/** What is wanted and known of one pod, and the one thing that is done next. */
export interface Book {
  /** Changes what is wanted; says whether there may be something to do. */
  want(wish: (state: State) => State): boolean;
  readonly step: () => Promise<Then>;
  hasten(): void;
  stop(): void;
  close(): Promise<void>;
}

const UNLOADED: NoPod = { why: 'the client of Kubernetes cannot be loaded', isExpected: false };

/** Opens the book of one pod. */
export function createBook(parts: PodReporterParts): Book {
  const { clock } = parts;
  const teller = createTeller(parts.logger);
  const calls = createCalls();
  let state = NOTHING;
  let pod: OpenPod | undefined;
  let isStopped = false;

  const call = async (what: Asked, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    try {
      await calls.make(state.isHurried ? parts.lastCallMs : parts.callMs, work);
      teller.worked(what);
    } catch (error) {
      if (isStopped) return;
      const refusal = asRefusal(error);
      state = afterRefusal(state, what, { refusal, monotonic: clock.monotonic(), random: parts.random() });
      teller.refused(what, refusal, state.failures);
    }
  };
  // A defect of ours is no reason to end a job either.
  const giveUp = (why: string, level?: 'info'): void => {
    state = { ...state, isOver: true };
    teller.never(why, level);
  };
  // What is wanted may change during a call: its outcome is noted on the state as it is then, at once.
  const read = async (api: PodApi): Promise<void> => {
    await call('read', async (signal) => {
      const seen = await api.read(signal);
      state = afterRead(state, seen);
      if (state.isOver) teller.never('the pod of this name is another one than ours');
    });
  };
  const write = async (api: PodApi, next: Write): Promise<void> => {
    await call(next.kind, async (signal) => {
      await api.write(next, signal);
      state = afterWrite(state, next, clock.monotonic());
    });
  };
  const open = async (): Promise<void> => {
    const opened = await parts.open().catch(() => UNLOADED);
    if ('why' in opened) {
      giveUp(opened.why, opened.isExpected ? 'info' : undefined);
      return;
    }
    pod = opened;
    state = { ...state, uid: opened.uid };
  };
  const step = async (): Promise<Then> => {
    if (pod === undefined && !state.isOver) await open();
    const next = planNext(state, { monotonic: clock.monotonic(), wall: clock.now() });
    if (next.do === 'nothing' || pod === undefined) return 'nothing';
    if (next.do === 'wait') return next.ms;
    if (next.do === 'read') await read(pod.api);
    else await write(pod.api, next.write);
    return 'again';
  };
  return {
    want: (wish) => {
      if (state.isOver) return false;
      try {
        state = wish(state);
      } catch (error) {
        giveUp(asRefusal(error).message);
      }
      return state.status !== undefined;
    },
    step: async () => {
      try {
        return await step();
      } catch (error) {
        giveUp(asRefusal(error).message);
        return 'nothing';
      }
    },
    hasten: () => {
      calls.hasten(parts.lastCallMs);
    },
    stop: () => {
      isStopped = true;
      calls.stop();
    },
    close: async () => {
      await pod?.close();
    },
  };
}
