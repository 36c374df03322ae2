// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { NODE } from '@ims/testing';
import { judge, median, type Figure } from './figure.ts';
import { makeJob } from './job.ts';
import { bundleOf, phase, start } from './program.ts';

/** From the start of the sshd program, as it ships, until it waits for `ready`. */
export async function measureStarting(rounds: number): Promise<Figure[]> {
  const job = await makeJob({ jailed: true });
  const [found, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const at = performance.now();
    const sshd = start(bundleOf('ims-sshd'), ['run'], job.sshdEnv);
    found.push((await sshd.next(phase('AwaitingReady'))) - at);
    await sshd.stop();
    bare.push(await bareNode());
  }
  const floor = { name: 'node -e 0', value: median(bare) };
  const target = { kind: 'at most', value: 250, of: 'value' } as const;
  return [
    judge({
      name: 'start of ims-sshd → waiting, p50',
      value: median(found),
      unit: 'ms',
      samples: rounds,
      floor,
      target,
    }),
  ];
}

async function bareNode(): Promise<number> {
  const at = performance.now();
  await once(spawn(NODE, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return performance.now() - at;
}
