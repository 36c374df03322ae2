// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { eventually, signalTo, spawnProgram, type Program, type ProgramEnd, type ProgramOptions } from '@ims/testing';

/** A program in a pid and mount namespace of its own below tini, as it is in its container. */
export interface Container {
  readonly program: Program;
  readonly ended: Promise<ProgramEnd>;
  /** Sends a signal as the kubelet does: to the container's first process. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** The process of the program itself, as the host sees it. */
  pid(): Promise<number>;
}

const ISOLATED = [
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'private',
  'tini',
  '--',
];

/** Starts a program in namespaces of its own. */
export function startIsolated(options: ProgramOptions): Container {
  const program = spawnProgram({ ...options, wrapper: ISOLATED });
  const first = async (): Promise<number> => await onlyChild(program.pid);
  return {
    program,
    ended: program.ended,
    signal: async (signal) => {
      // tini passes on what it gets only from when it has started its child.
      await onlyChild(await first());
      signalTo(await first(), signal);
    },
    pid: async () => await onlyChild(await first()),
  };
}

/** Starts a program among the others of the machine. */
export function startPlain(options: ProgramOptions): Container {
  const program = spawnProgram(options);
  return {
    program,
    ended: program.ended,
    signal: async (signal) => {
      program.kill(signal);
    },
    pid: async () => program.pid,
  };
}

/** Stands for a container until there is one. */
export const NOT_STARTED: Container = {
  get program(): Program {
    throw new Error('this half of the pair is not started');
  },
  get ended(): Promise<ProgramEnd> {
    throw new Error('this half of the pair is not started');
  },
  signal: () => Promise.reject(new Error('this half of the pair is not started')),
  pid: () => Promise.reject(new Error('this half of the pair is not started')),
};

/** The processes that a process has started and that are still its children. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

async function onlyChild(pid: number): Promise<number> {
  return await eventually(async () => (await childrenOf(pid))[0]);
}
