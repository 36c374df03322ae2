// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

import { encodeVerdict, decodeQuestion, type SentinelName } from '@ims/contract';
import { readSentinel } from '@ims/sentinel';
import { createVolume, type Volume } from '@ims/testing';
import { judge, percentile, type Figure } from './figure.ts';
import { place, remove, touch } from './flags.ts';
import type { OpenSshd } from './real-sshd.ts';
import { helper, phase, start, type TimedProgram } from './program.ts';

/** Milliseconds between a flag and what followed, by the name of the hand-over. */
type Samples = Map<string, number[]>;

const P50 = { kind: 'at most', value: 10, of: 'value' } as const;
const P99 = { kind: 'at most', value: 50, of: 'value' } as const;
const ROUND_FILES = ['ready', 'complete', 'failed', 'exiting', 'question', 'verdict', 'refused', 'door'] as const;

/** Every hand-over between the containers, hundreds of times. */
export async function measureHandOvers(rounds: number): Promise<Figure[]> {
  const floor = await rawWatch(rounds);
  const samples: Samples = new Map();
  for (const jailed of [false, true]) await sshdRounds(samples, rounds, jailed);
  await agentRounds(samples, rounds);
  return [...samples].flatMap(([name, found]) => figuresOf(name, found, floor));
}

/** The two figures of a hand-over. */
export function figuresOf(name: string, found: readonly number[], floor: readonly number[]): Figure[] {
  return [
    { share: 0.5, label: 'p50', target: P50 },
    { share: 0.99, label: 'p99', target: P99 },
  ].map(({ share, label, target }) =>
    judge({
      name: `${name}, ${label}`,
      value: percentile(found, share),
      unit: 'ms',
      samples: found.length,
      floor: { name: 'bare fs.watch', value: percentile(floor, share) },
      target,
    }),
  );
}

/** How long one kernel watch in another process takes to tell of a file. */
export async function rawWatch(rounds: number): Promise<number[]> {
  const volume = await createVolume();
  const watcher = start(helper('./raw-watch.ts'), [volume.parent, 'ready']);
  await watcher.next(phase('watching'));
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause();
    const seen = watcher.next(phase('seen'));
    const at = place(volume.sentinel('ready'));
    found.push((await seen) - at);
    remove(volume.sentinel('ready'));
  }
  await watcher.stop();
  return found;
}

/** The watch is in place, and a flag never comes at the same beat of the clock. */
async function pause(): Promise<void> {
  await setTimeout(10 + Math.random() * 20);
}

async function sshdRounds(samples: Samples, rounds: number, jailed: boolean): Promise<void> {
  const volume = await createVolume({ jailed });
  await mkdir(volume.layout.private, { recursive: true });
  const story = start(helper('./stories.ts'), ['sshd', volume.parent, jailed ? 'jailed' : '']);
  const where = jailed ? ' (jail)' : '';
  for (let round = 0; round < rounds; round++) {
    await begin(story, volume, 'AwaitingReady');
    place(volume.sentinel('agentAlive'), { token: 'alive', message: 'bench' });
    await pause();
    await reaction(story, () => place(volume.sentinel('ready')), {
      phase: 'Opening',
      until: 'Open',
      in: samples,
      as: `ready → sshd opens${where}`,
    });
    await pause();
    if (round % 2 === 1) {
      await reaction(story, () => touch(volume.sentinel('failed')), {
        phase: 'Closing',
        until: 'Closed',
        in: samples,
        as: `failed → sshd closes${where}`,
      });
      continue;
    }
    await reaction(story, () => touch(volume.sentinel('complete')), {
      phase: 'Asking',
      in: samples,
      as: `complete → sshd asks${where}`,
    });
    await pause();
    const verdict = encodeVerdict({ id: await askedIn(volume), answer: 'accepted', reason: '' });
    await reaction(story, () => place(volume.sentinel('verdict'), verdict), {
      phase: 'Closing',
      until: 'Closed',
      in: samples,
      as: `verdict → sshd closes${where}`,
    });
  }
  await story.stop('SIGKILL');
}

/** Says complete and is refused, again and again; gives how long each took to be heard. */
export async function userRounds({ job, sshd }: OpenSshd, rounds: number): Promise<number[]> {
  const { volume } = job;
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause();
    const asking = sshd.next(phase('Asking'));
    const at = touch(volume.sentinel('complete'));
    found.push((await asking) - at);
    const open = sshd.next(phase('Open'));
    place(volume.sentinel('verdict'), encodeVerdict({ id: await askedIn(volume), answer: 'refused', reason: 'no' }));
    await open;
    remove(volume.sentinel('question'));
  }
  return found;
}

/** The number of the question; it is durable a moment after the phase was told. */
async function askedIn(volume: Volume): Promise<string> {
  for (;;) {
    const question = decodeQuestion(await readSentinel(volume.sentinel('question')));
    if (question !== undefined) return question.id;
    await setTimeout(2);
  }
}

async function agentRounds(samples: Samples, rounds: number): Promise<void> {
  const volume = await createVolume();
  await mkdir(volume.layout.private, { recursive: true });
  const story = start(helper('./stories.ts'), ['agent', volume.parent]);
  for (let round = 0; round < rounds; round++) {
    await begin(story, volume, 'Starting');
    place(volume.sentinel('sshdAlive'), { token: 'alive', message: 'bench' });
    // Before that the agent takes away what an earlier container said of its door.
    while ((await readSentinel(volume.sentinel('ready'))).kind !== 'present') await setTimeout(2);
    await pause();
    const open = { token: 'open', message: 'ssh-ed25519 AAAA' } as const;
    await reaction(story, () => place(volume.sentinel('door'), open), {
      phase: 'WaitingOnUser',
      in: samples,
      as: 'door → agent invites the user',
    });
    await pause();
    const question = { token: 'asked', message: `q${String(round)} 0` } as const;
    await reaction(story, () => place(volume.sentinel('question'), question), {
      phase: 'Validating',
      in: samples,
      as: 'question → agent checks',
    });
    await pause();
    const done = { token: 'done', message: 'complete' } as const;
    await reaction(story, () => place(volume.sentinel('exiting'), done), {
      phase: 'Packaging',
      until: 'Succeeded',
      in: samples,
      as: 'exiting → agent packs',
    });
  }
  await story.stop('SIGKILL');
}

async function begin(story: TimedProgram, volume: Volume, first: string): Promise<void> {
  remove(...ROUND_FILES.map((name: SentinelName) => volume.sentinel(name)));
  const begun = story.next(phase(first));
  story.send('\n');
  await begun;
}

/** Does something and keeps how long the story took to enter a phase; waits for the last one that follows. */
async function reaction(
  story: TimedProgram,
  act: () => number,
  keep: { phase: string; until?: string; in: Samples; as: string },
): Promise<void> {
  const seen = story.next(phase(keep.phase));
  const over = story.next(phase(keep.until ?? keep.phase));
  const at = act();
  const ms = (await seen) - at;
  await over;
  keep.in.set(keep.as, [...(keep.in.get(keep.as) ?? []), ms]);
}
