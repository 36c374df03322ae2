// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeDeparture, decodeRelease, encodeRelease, type Release } from '@ims/contract';
import { Failure, withDeadline, type Board, type Peer } from '@ims/runtime';

/** What releasing the agent needs. */
export interface AgentRelease {
  readonly board: Board;
  /** The agent's heartbeat, if it is one of ours. */
  readonly peer: Peer;
  readonly release: Release;
  /** The name of this pod. */
  readonly pod: string | undefined;
  /** How long an agent that is not there yet may take, in milliseconds; 0 when none waits. */
  readonly boundMs: number;
  readonly signal: AbortSignal;
}

/**
 * Lets the agent go, of ours or of today's, when the sshd container could not begin: `failed` and `exiting`. Either
 * agent begins by taking both away as what an earlier job has left, and waits for them after that: so they are posted
 * again until it has taken notice. Resolves then, after the bound, or when aborted.
 */
export async function releaseAgent(options: AgentRelease): Promise<void> {
  const { board, boundMs, signal } = options;
  await postAnew(options);
  if (boundMs === 0) return;
  const bound = { ms: boundMs, what: 'waiting for the agent to take notice', signal };
  let wasThere = false;
  await withDeadline(
    bound,
    async (inner) =>
      await board.until<true>(async () => {
        const isThere = (await board.read('agentAlive')).kind === 'present';
        wasThere ||= isThere;
        if (await isOver(options, { wasThere, isThere })) return true;
        return (await postBoth(options, isThere)) ? true : undefined;
      }, inner),
  ).catch((error: unknown) => {
    if (!signal.aborted && !isLate(error)) throw error;
  });
}

/** What a user has said stays. */
async function postAnew({ board, release }: AgentRelease): Promise<void> {
  const note = encodeRelease(release);
  const failed = await board.read('failed');
  if (failed.kind !== 'present' || decodeRelease(failed) !== undefined) await board.post('failed', note);
  await board.post('exiting', note);
}

/** Posts what is missing; says whether an agent of today has taken `exiting` away, which is how it takes notice. */
async function postBoth({ board, release }: AgentRelease, isOurs: boolean): Promise<boolean> {
  const note = encodeRelease(release);
  const isAbsent = async (name: 'failed' | 'exiting' | 'ready'): Promise<boolean> =>
    (await board.read(name)).kind !== 'present';
  if (await isAbsent('failed')) {
    // Without it an agent of today would publish what nobody has worked on.
    await board.post('failed', note);
    await board.post('exiting', note);
    return false;
  }
  if (!(await isAbsent('exiting'))) return false;
  if (!isOurs && !(await isAbsent('ready'))) return true;
  await board.post('exiting', note);
  return false;
}

async function isOver(
  { board, peer, pod }: AgentRelease,
  agent: { readonly wasThere: boolean; readonly isThere: boolean },
): Promise<boolean> {
  if (agent.wasThere && !agent.isThere) return true;
  if ((await peer.state()) === 'stale') return true;
  return pod !== undefined && decodeDeparture(await board.read('agentGone'))?.pod === pod;
}

function isLate(error: unknown): boolean {
  return error instanceof Failure && error.reason === 'DeadlineExceeded';
}
