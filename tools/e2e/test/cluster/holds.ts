// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { constants } from 'node:os';
import { truncate, writeFile } from 'node:fs/promises';

import { eventually, signalTo } from '@ims/testing';
import { expect } from 'vitest';

import type { Commission } from '../publishing/base-image.ts';
import type { World } from '../support/world.ts';
import type { Present } from './losses.ts';
import type { PodJob } from './pod-job.ts';
import { containerId, isPending, processesIn, processNamed } from './pod-processes.ts';
import type { SeenPod } from './seen.ts';

/** A job that has just been started, and what it talks to. */
export interface Started {
  readonly world: World;
  readonly base: Commission['base'];
  readonly job: PodJob;
}

/** A job that does not leave its phase. */
export interface Held {
  readonly pod: SeenPod;
  /** Lets it go on; when its pod has been told to end, it knows that first. */
  readonly release: (after: 'told-to-end' | 'now') => Promise<void>;
}

/** How a job is held in one phase. */
export interface Hold {
  /** Whether somebody has to say `complete` to the next pod. */
  readonly needsUser: boolean;
  readonly present: Present;
  readonly hold: (started: Started) => Promise<Held>;
}

/** Large enough that packing takes seconds, and no larger on disk for being so. */
const SPARSE_BYTES = 2 * 1024 ** 3;

const nothing = (): Promise<void> => Promise.resolve();

/** Every phase in which something can be lost. */
export const HOLDS = {
  Preparing: {
    needsUser: true,
    present: 'prepare',
    hold: async ({ world, job, base }) => {
      const stall = world.proxies.s3.on({
        fault: 'stall',
        method: 'GET',
        path: new RegExp(base.key),
        when: 'response',
      });
      await stall.hit;
      const pod = await eventually(async () => {
        const now = await job.pod();
        return containerId(now, 'prepare') === undefined ? undefined : now;
      });
      return { pod, release: lifting(stall) };
    },
  },
  WaitingOnUser: {
    needsUser: true,
    present: 'both',
    hold: async ({ job }) => {
      const pod = await job.shellReady();
      expect(await job.ssh('echo kept > /root/kept')).toMatchObject({ code: 0 });
      return { pod, release: nothing };
    },
  },
  Validating: {
    needsUser: false,
    present: 'both',
    hold: async ({ job }) => {
      const pod = await job.shellReady();
      // The agent waits until nobody is left who can write, and this one does not want to go.
      const stubborn = `trap '' HUP TERM; while :; do sleep 1; done`;
      expect(await job.ssh(`(${stubborn}) </dev/null >/dev/null 2>&1 & touch /tmp/complete`)).toMatchObject({
        code: 0,
      });
      await job.reached('Validating');
      return { pod, release: stopped(await mainProcess(pod, 'sshd')) };
    },
  },
  Packaging: {
    needsUser: false,
    present: 'agent',
    hold: async ({ job }) => {
      const pod = await job.shellReady();
      await writeFile(`${job.directory}/image-root/var/large`, '');
      await truncate(`${job.directory}/image-root/var/large`, SPARSE_BYTES);
      const packer = processNamed(pod, 'mksquashfs');
      expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
      return { pod, release: stopped((await packer).pid) };
    },
  },
  Uploading: { needsUser: false, present: 'agent', hold: atCall('s3', { method: 'PUT', path: /\/rootfs/ }) },
  Registering: { needsUser: false, present: 'agent', hold: atCall('ims', { method: 'PATCH', path: /\/images\// }) },
} as const satisfies Record<string, Hold>;

/** A phase that a job can be held in. */
export type HeldPhase = keyof typeof HOLDS;

function atCall(proxy: 's3' | 'ims', call: { readonly method: string; readonly path: RegExp }): Hold['hold'] {
  return async ({ world, job }) => {
    const pod = await job.shellReady();
    const stall = world.proxies[proxy].on({ fault: 'stall', ...call });
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    await stall.hit;
    return { pod, release: lifting(stall) };
  };
}

/** The call that is held stays held, until whoever has made it is told to end or loses patience. */
function lifting(rule: { lift: () => void }): Held['release'] {
  return async () => {
    rule.lift();
  };
}

/** Stops a process; it goes on when it has been told to end. */
function stopped(pid: number): Held['release'] {
  signalTo(pid, 'SIGSTOP');
  return async (after) => {
    if (after === 'told-to-end') await eventually(() => isGoing(pid));
    signalTo(pid, 'SIGCONT');
  };
}

async function isGoing(pid: number): Promise<boolean> {
  return !signalTo(pid, 0) || (await isPending(pid, constants.signals.SIGTERM));
}

/** What runs below tini. */
async function mainProcess(pod: SeenPod, container: string): Promise<number> {
  const found = (await processesIn(pod, container)).find(({ name }) => name !== 'tini');
  if (found === undefined) throw new Error(`nothing runs in ${container}`);
  return found.pid;
}
