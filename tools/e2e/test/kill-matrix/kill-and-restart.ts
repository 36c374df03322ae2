// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { eventually, isRunning, type Program } from '@ims/testing';

import { childrenOf } from '../support/container.ts';
import { startPair, entered, type Pair, type PairOptions } from '../support/pair.ts';
import { journalOf, type Half, type Moment } from './moments.ts';
import { publishedImages } from '../support/published.ts';

/** What one row of the matrix came to. */
export interface Survival {
  readonly pair: Pair;
  readonly moment: Moment;
  /** The ids of images in store and journal, at the kill and at the end. */
  readonly ids: readonly string[];
  readonly exits: { readonly agent: number | null; readonly sshd: number | null };
  /** Whether the kill came in time; a half may have ended of its own accord just before. */
  readonly wasAlive: boolean;
  /** What each sshd container said of the host keys of the door that it opened. */
  readonly hostKeys: readonly string[];
}

/** What the user writes into the image. */
export const USERS_WORK = 'the work of an afternoon';

/**
 * Kills halves with SIGKILL at a moment, starts them again with the same environment and lets the job finish.
 * The user logs in once, works, and says complete once.
 */
export async function killAndRestart(moment: Moment, options: PairOptions): Promise<Survival> {
  const pair = await startPair(options);
  const first = pair.sshd;
  const hasUser = options.action !== 'create';
  const user = hasUser && moment.said ? workAndComplete(pair) : undefined;
  // Whose shell is killed hears no more of it, whatever they said.
  const heard = moment.killed.includes('sshd') ? user?.catch(() => undefined) : user;
  await Promise.race([moment.reached(pair), untilRejected(heard)]);
  const killed = await Promise.all(moment.killed.map(async (half) => await kill(pair, half)));
  await heard;
  const before = await imageIds(pair);
  for (const half of moment.killed) pair.restart(half);
  if (hasUser && !moment.said) await workAndComplete(pair);
  const exits = await pair.ends();
  const hostKeys = [first, pair.sshd].flatMap(hostKeysOf);
  return {
    pair,
    moment,
    exits,
    hostKeys,
    wasAlive: killed.includes(true),
    ids: [...new Set([...before, ...(await imageIds(pair))])],
  };
}

/** Rejects as the promise does; the good end of it is not waited for here. */
async function untilRejected(promise: Promise<unknown> | undefined): Promise<never> {
  await promise;
  return await new Promise(() => undefined);
}

/** Kills a half and waits until nothing of its container is left; false when it had ended before. */
export async function kill(pair: Pair, half: Half): Promise<boolean> {
  const { program, ended } = pair.containers[half];
  // What the agent has started may outlive it; sshd's first process is gone when all of its namespace is.
  const first = half === 'sshd' ? (await childrenOf(program.pid))[0] : undefined;
  program.kill('SIGKILL');
  const { signal } = await ended;
  await eventually(async () => first === undefined || !(await isRunning(first)));
  return signal === 'SIGKILL';
}

function hostKeysOf({ lines }: Program): string[] {
  return lines.flatMap(({ hostKeys }) => (hostKeys === undefined ? [] : [JSON.stringify(hostKeys)]));
}

/** The user's whole part: once somebody can log in they do, change the image and say complete. */
export async function workAndComplete(pair: Pair): Promise<void> {
  await isOpen(pair);
  const { jailed, imageRoot, parent } = pair.volume.layout;
  const work = `${jailed ? '' : imageRoot}/etc/motd`;
  const flag = `${jailed ? '/tmp' : parent}/complete`;
  const said = await pair.ssh(`echo '${USERS_WORK}' > ${work} && touch ${flag}`);
  if (said.code !== 0) throw new Error(`the user could not work: ${said.stderr}\n${pair.sshd.stdout}`);
}

/** Until somebody can log in and the agent that runs now knows it. */
export async function isOpen(pair: Pair): Promise<void> {
  await pair.sshd.waitForLine(entered('Open'));
  await pair.agent.waitForLine(entered('WaitingOnUser'));
}

async function imageIds({ job }: Pair): Promise<string[]> {
  const recorded = (await journalOf(job)).flatMap(({ imageId }) => imageId ?? []);
  return [...new Set([...recorded, ...(await publishedImages(job))])];
}
