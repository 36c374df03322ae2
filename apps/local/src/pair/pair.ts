// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Outcome } from '@ims/runtime';
import type { LocalPorts } from '../ports.ts';
import type { Side } from './side.ts';

/** Both sides of a job; `sshd` is undefined when the shell is closed for good. */
export interface Sides {
  readonly agent: Side;
  readonly sshd: Side | undefined;
}

/** How both sides ended; `sshd` is undefined when it was not needed. */
export interface PairEnd {
  readonly agent: Outcome;
  readonly sshd: Outcome | undefined;
}

/** Both sides have a bound of their own for ending well; this one is for a side that ignores its signal. */
const STOP_BOUND_MS = 45_000;

/** A side that outlives the other one notices within 40 s (H5); this is a little more. */
const OUTLIVES_BOUND_MS = 50_000;

/**
 * Waits until both sides have ended; a signal to `ims-job` ends them both.
 * A side that the other one leaves behind is given the time that the pair's own rules need, then it is asked to end.
 */
export async function superviseSides(sides: Sides, ports: LocalPorts): Promise<PairEnd> {
  const { agent, sshd } = sides;
  const all = sshd === undefined ? [agent] : [agent, sshd];
  const { signal, urgent } = ports.interruption;
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, act: () => void): void => void timers.push(setTimeout(act, ms));
  const kill = (): void => {
    all.forEach((side) => side.kill());
  };
  const stop = (): void => {
    all.forEach((side) => side.terminate());
    after(STOP_BOUND_MS, kill);
  };
  const endAfterOther = (side: Side) => (): void => {
    after(OUTLIVES_BOUND_MS, () => side.terminate());
    after(OUTLIVES_BOUND_MS + STOP_BOUND_MS, () => side.kill());
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  urgent.addEventListener('abort', kill, { once: true });
  // Once the agent is gone nobody will ever close the shell.
  void agent.ended.then(() => sshd?.terminate()).then(sshd && endAfterOther(sshd));
  void sshd?.ended.then((outcome) => outcome.exitCode === 0 || endAfterOther(agent)());
  try {
    return { agent: await agent.ended, sshd: await sshd?.ended };
  } finally {
    signal.removeEventListener('abort', stop);
    urgent.removeEventListener('abort', kill);
    timers.forEach(clearTimeout);
  }
}
