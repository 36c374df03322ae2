// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

import { cleanUp, createVolume } from '@ims/testing';
import { judge, median, type Figure } from './figure.ts';
import { appears, touch } from './flags.ts';
import { openPair } from './pair.ts';

const ARCHIVE = 'rootfs.sqsh.partial';

/** From the user's `complete`, nobody logged in, to mksquashfs at work, through both real containers. */
export async function measureEnding(rounds: number): Promise<Figure[]> {
  const [found, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const { job, agent } = await openPair({ jailed: true });
    // The end of the login probe is still being told.
    await setTimeout(300);
    const packing = appears(job.volume.layout.private, ARCHIVE);
    const at = touch(job.volume.sentinel('complete'));
    found.push((await packing) - at);
    await agent.ended;
    await cleanUp();
    bare.push(await bareMksquashfs());
  }
  const floor = { name: 'bare mksquashfs', value: median(bare) };
  const target = { kind: 'at most', value: 100, of: 'value' } as const;
  return [
    judge({ name: 'complete → packing starts, p50', value: median(found), unit: 'ms', samples: rounds, floor, target }),
  ];
}

async function bareMksquashfs(): Promise<number> {
  const { imageRoot, scratch } = await createVolume();
  const made = appears(scratch, ARCHIVE);
  const at = performance.now();
  const packing = spawn('mksquashfs', [imageRoot, `${scratch}/${ARCHIVE}`, '-noappend', '-quiet'], { stdio: 'ignore' });
  const ended = once(packing, 'exit');
  const ms = (await made) - at;
  await ended;
  await cleanUp();
  return ms;
}
