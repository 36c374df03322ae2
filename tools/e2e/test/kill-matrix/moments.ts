// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { eventually } from '@ims/testing';

import { childrenOf } from '../support/container.ts';
import type { Job } from '../support/job.ts';
import { entered, type Pair } from '../support/pair.ts';

/** Which of the two is killed. */
export type Half = 'agent' | 'sshd';

/** One row of the matrix before it is run. */
export interface Moment {
  readonly killed: readonly Half[];
  /** As the table names it. */
  readonly when: string;
  /** Whether the user has said complete by then, or only says so to the half that was started again. */
  readonly said: boolean;
  /** Resolves at the instant of the kill. */
  readonly reached: (pair: Pair) => Promise<unknown>;
}

/** The instant at which a half logs that it enters a phase. */
export function phaseOf(half: Half, phase: Parameters<typeof entered>[0], said: boolean): Moment {
  return {
    killed: [half],
    when: phase,
    said,
    reached: async (pair) => await pair[half].waitForLine(entered(phase)),
  };
}

/** The instant at which the agent logs progress that is not the end of a step yet, others beside it or not. */
export function progressOf(what: string): Moment {
  return {
    killed: ['agent'],
    when: `${what}, under way`,
    said: true,
    reached: async (pair) =>
      await pair.agent.waitForLine(
        (line) => /^[a-z_]+/.exec(line.msg ?? '')?.[0] === what && line.msg?.includes('%') === true,
      ),
  };
}

/** While the agent's mksquashfs runs, which then goes on as an orphan. */
export function whilePacking(): Moment {
  return {
    killed: ['agent'],
    when: 'mksquashfs runs',
    said: true,
    // On a busy machine it may come and go unseen.
    reached: async ({ agent }) =>
      await eventually(async () => agent.lines.some(entered('Uploading')) || (await hasChild(agent.pid, 'mksquashfs'))),
  };
}

/** As soon as a step is in the journal. */
export function journalled(step: string): Moment {
  return {
    killed: ['agent'],
    when: `journal: ${step}`,
    said: true,
    reached: async ({ job }) => await eventually(async () => (await journalOf(job)).some((line) => line.step === step)),
  };
}

/** The entries of a job's journal; a last line that is torn is left out. */
export async function journalOf({ volume }: Job): Promise<readonly { readonly step: string; imageId?: string }[]> {
  const text = await readFile(`${volume.layout.private}/journal.jsonl`, 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { step: string; imageId?: string });
}

async function hasChild(pid: number, command: string): Promise<boolean> {
  const names = (await childrenOf(pid)).map((child) => readFile(`/proc/${String(child)}/comm`, 'utf8').catch(() => ''));
  return (await Promise.all(names)).some((name) => name.trim() === command);
}
