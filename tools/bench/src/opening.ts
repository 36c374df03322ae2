// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { onCleanup } from '@ims/testing';
import { judge, median, type Figure } from './figure.ts';
import { place, remove } from './flags.ts';
import { makeJob, writeConfiguration, type Job } from './job.ts';
import { bundleOf, phase, start } from './program.ts';

/** From `ready` to an ssh server that answers, of the real sshd container. */
export async function measureOpening(rounds: number): Promise<Figure[]> {
  const job = await makeJob({ jailed: true });
  await writeConfiguration(job);
  const [answers, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    answers.push(await openOnce(job));
    bare.push(await bareSshd(job));
  }
  const floor = { name: 'bare sshd', value: median(bare) };
  const target = { kind: 'at most', value: 300, of: 'value' } as const;
  return [
    judge({ name: 'ready → ssh answers, p50', value: median(answers), unit: 'ms', samples: rounds, floor, target }),
  ];
}

async function openOnce(job: Job): Promise<number> {
  const { volume } = job;
  const sshd = start(bundleOf('ims-sshd'), ['run'], job.sshdEnv);
  await sshd.next(phase('AwaitingReady'));
  // The first run makes host keys meanwhile, as in a pod, where the agent takes longer than that.
  await setTimeout(500);
  const open = sshd.next(phase('Open'));
  const at = place(volume.sentinel('ready'));
  const ms = (await banner(job.port)) - at;
  await open;
  await sshd.stop();
  remove(volume.sentinel('ready'), volume.sentinel('exiting'), volume.sentinel('failed'));
  return ms;
}

async function bareSshd(job: Job): Promise<number> {
  const { config } = job.volume;
  const at = performance.now();
  const sshd = spawn('/usr/sbin/sshd', ['-D', '-E', `${config}/sshd.log`, '-f', `${config}/sshd_config`]);
  onCleanup(() => void sshd.kill('SIGKILL'));
  const ms = (await banner(job.port)) - at;
  const gone = once(sshd, 'exit');
  sshd.kill('SIGTERM');
  await gone;
  return ms;
}

/** The moment when something that speaks ssh answers. */
async function banner(port: number): Promise<number> {
  for (;;) {
    const at = await answer(port);
    if (at !== undefined) return at;
    await setTimeout(1);
  }
}

async function answer(port: number): Promise<number | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', (bytes) => {
      const at = performance.now();
      socket.destroy();
      resolve(bytes.toString('latin1').startsWith('SSH-') ? at : undefined);
    });
    socket.once('error', () => {
      resolve(undefined);
    });
    socket.once('end', () => {
      resolve(undefined);
    });
  });
}
