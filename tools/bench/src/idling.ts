// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { NODE } from '@ims/testing';
import { judge, type Figure, type Measured, type Target } from './figure.ts';
import { openPair } from './pair.ts';
import { costOf, memoryOf, type Cost, type Memory } from './proc.ts';

/** What a process is while it waits. */
interface Idle {
  readonly memory: Memory;
  /** Share of one processor, in percent. */
  readonly cpu: number;
  readonly switchesPerSecond: number;
}

const SETTLE_MS = 10_000;

/** Both containers with an open shell that nobody uses. */
export async function measureIdling(seconds: number): Promise<Figure[]> {
  // An image comes with the compiled code of its program; here a first run leaves it.
  const first = await openPair({ jailed: true });
  await Promise.all([first.sshd.stop(), first.agent.stop()]);
  const { sshd, agent } = await openPair({ jailed: true });
  const bare = spawn(NODE, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const gone = once(bare, 'exit');
  await setTimeout(SETTLE_MS);
  const [ofSshd, ofAgent, floor] = await Promise.all(
    [sshd.pid, agent.pid, bare.pid ?? 0].map((pid) => idle(pid, seconds)),
  );
  bare.kill('SIGKILL');
  await gone;
  if (ofSshd === undefined || ofAgent === undefined || floor === undefined) throw new Error('nothing was measured');
  const targets = {
    memory: { kind: 'at most', value: 60, of: 'value' },
    cpu: { kind: 'at most', value: 0.1, of: 'value' },
  } as const;
  return [...figuresOf('ims-sshd', ofSshd, { floor, targets }), ...figuresOf('ims-agent', ofAgent, { floor })];
}

async function idle(pid: number, seconds: number): Promise<Idle> {
  const before = costOf(pid);
  const since = performance.now();
  await setTimeout(seconds * 1000);
  const after = costOf(pid);
  return { memory: memoryOf(pid), ...rates(before, after, performance.now() - since) };
}

function rates(before: Cost, after: Cost, ms: number): Omit<Idle, 'memory'> {
  return {
    cpu: ((after.cpuMs - before.cpuMs) / ms) * 100,
    switchesPerSecond: ((after.switches - before.switches) / ms) * 1000,
  };
}

function figuresOf(
  name: string,
  found: Idle,
  beside: { floor: Idle; targets?: { memory: Target; cpu: Target } },
): Figure[] {
  const { floor, targets } = beside;
  const rows: Measured[] = [
    {
      ...row(`${name} idle, resident memory`, 'MiB', [found.memory.rss, floor.memory.rss]),
      ...(targets && { target: targets.memory }),
    },
    row(`${name} idle, memory of its own`, 'MiB', [found.memory.own, floor.memory.own]),
    { ...row(`${name} idle, processor time`, '%', [found.cpu, floor.cpu]), ...(targets && { target: targets.cpu }) },
    row(`${name} idle, thread switches`, 'switches/s', [found.switchesPerSecond, floor.switchesPerSecond]),
  ];
  return rows.map(judge);
}

function row(name: string, unit: Measured['unit'], [value, floor]: readonly [number, number]): Measured {
  return { name, unit, value, samples: 1, floor: { name: 'node with a timer', value: floor } };
}
