// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

import { figuresOf, rawWatch, userRounds } from './hand-overs.ts';
import { judge, type Figure } from './figure.ts';
import { openSshd } from './real-sshd.ts';
import { costOf } from './proc.ts';

/** What waiting and one event cost with so many files. */
interface WatchCost {
  readonly idleCpu: number;
  readonly idleSwitches: number;
  readonly perEventMs: number;
  readonly latencies: readonly number[];
}

/** Links to one file that a file system allows, with some to spare. */
const LINKS = 60_000;
const PER_DIRECTORY = 1000;

/** The real sshd container with few and with very many files in the image root and again in its /tmp. */
export async function measureMillion(options: { files: number; rounds: number; seconds: number }): Promise<Figure[]> {
  const { files, rounds } = options;
  const few = await watchCost(10, options);
  const many = await watchCost(files, options);
  const name = `${files.toLocaleString('en')} files`;
  const beside = (value: number): { name: string; value: number } => ({ name: 'ten files', value });
  return [
    judge({
      name: `${name}: processor time while waiting`,
      unit: '%',
      samples: 1,
      value: many.idleCpu,
      floor: beside(few.idleCpu),
      target: { kind: 'at most', value: 1.25, of: 'ratio' },
    }),
    judge({
      name: `${name}: thread switches while waiting`,
      unit: 'switches/s',
      samples: 1,
      value: many.idleSwitches,
      floor: beside(few.idleSwitches),
      target: { kind: 'at most', value: 1.1, of: 'ratio' },
    }),
    judge({
      name: `${name}: processor time for each complete and its refusal`,
      unit: 'ms',
      samples: rounds,
      value: many.perEventMs,
      floor: beside(few.perEventMs),
      target: { kind: 'at most', value: 1.25, of: 'ratio' },
    }),
    ...figuresOf(`${name}: complete → sshd asks (jail, real sshd)`, many.latencies, await rawWatch(rounds)),
  ];
}

async function watchCost(files: number, options: { rounds: number; seconds: number }): Promise<WatchCost> {
  const opened = await openSshd({ jailed: true, fill: (imageRoot) => fill(imageRoot, files) });
  await setTimeout(3000);
  const before = costOf(opened.sshd.pid);
  await setTimeout(options.seconds * 1000);
  const idle = costOf(opened.sshd.pid);
  const latencies = await userRounds(opened, options.rounds);
  const after = costOf(opened.sshd.pid);
  await opened.sshd.stop();
  return {
    idleCpu: ((idle.cpuMs - before.cpuMs) / options.seconds / 1000) * 100,
    idleSwitches: (idle.switches - before.switches) / options.seconds,
    perEventMs: (after.cpuMs - idle.cpuMs) / options.rounds,
    latencies,
  };
}

/** So many names in the tree, and as many in its /tmp; hard links, since making a million files takes minutes. */
function fill(imageRoot: string, files: number): void {
  let number = 0;
  let original = '';
  const put = (path: string): void => {
    if (number % LINKS === 0) {
      original = path;
      writeFileSync(path, '');
    } else linkSync(original, path);
    number += 1;
  };
  for (let at = 0; at < files; at++) {
    const directory = `${imageRoot}/usr/share/many/${String(Math.floor(at / PER_DIRECTORY))}`;
    if (at % PER_DIRECTORY === 0) mkdirSync(directory, { recursive: true });
    put(`${directory}/${String(at)}`);
  }
  for (let at = 0; at < files; at++) put(`${imageRoot}/tmp/${String(at)}`);
}
