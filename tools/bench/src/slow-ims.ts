// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { judge, median, type Figure } from './figure.ts';
import { makeJob } from './job.ts';
import { bundleOf, phase, start } from './program.ts';
import { startSite, type Site } from './site.ts';
import { inTurn, writeBack } from './timing.ts';

/** How long an IMS takes for each call that is slow, in milliseconds. */
const SLOW_MS = 2000;

/** From the start of both containers to an open shell, with an IMS that takes its time and without any. */
export async function measureSlowIms(rounds: number): Promise<Figure[]> {
  const site = await startSite({ imsDelayMs: SLOW_MS });
  const [slow, without]: [number[], number[]] = [[], []];
  await openShell(site, { IMS_REGISTRY: 'none' });
  for (let round = 0; round < rounds; round++) {
    await inTurn(round, [
      async () => slow.push(await openShell(site, site.imsEnv)),
      async () => without.push(await openShell(site, { IMS_REGISTRY: 'none' })),
    ]);
  }
  return [
    judge({
      name: `start → shell is open, IMS takes ${String(SLOW_MS / 1000)} s a call, p50`,
      value: median(slow),
      unit: 'ms',
      samples: rounds,
      floor: { name: 'without IMS', value: median(without) },
      target: { kind: 'at most', value: 1.15, of: 'ratio' },
    }),
  ];
}

async function openShell(site: Site, env: Readonly<Record<string, string>>): Promise<number> {
  const job = await makeJob({ jailed: false });
  const { id } = site.ims.addJob();
  await writeBack();
  const at = performance.now();
  const agent = start(bundleOf('ims-agent'), ['run'], {
    ...job.agentEnv,
    ...site.storeEnv,
    ...env,
    IMS_JOB_ID: id,
  });
  const open = agent.next(phase('WaitingOnUser'));
  const sshd = start(bundleOf('ims-sshd'), ['run'], { ...job.sshdEnv, IMS_JOB_ID: id });
  const ms = (await open) - at;
  await Promise.all([agent.stop('SIGKILL'), sshd.stop()]);
  return ms;
}
