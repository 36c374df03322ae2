// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';

/** The process of a program in a container, and the first one of that container. */
export interface ContainerProcess {
  readonly container: number;
  readonly program: number;
}

/** Of proc_pid_stat(5), on every system that Node runs on. */
const TICK_MS = 10;

/** Finds a program by a word of its command line in a pod of the cluster on this machine. */
export function firstProcess(podUid: string, word: string): ContainerProcess {
  const ofPod = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), cgroup: textOf(name, 'cgroup'), words: textOf(name, 'cmdline').split('\0') }))
    .filter(({ cgroup }) => cgroup.includes(podUid) || cgroup.includes(podUid.replaceAll('-', '_')));
  const [program] = ofPod.filter(
    ({ words }) => /node$/.test(words[0] ?? '') && words.some((one) => one.includes(word)),
  );
  if (program === undefined) throw new Error(`no ${word} runs in the pod ${podUid}`);
  const inside = ofPod.filter(({ cgroup }) => cgroup === program.cgroup).map(({ pid }) => pid);
  return { container: Math.min(...inside), program: program.pid };
}

/** The moment (`performance.now()`) when a process was made, to within a tick of 10 ms. */
export function startOf(pid: number): number {
  const ticks = Number(textOf(String(pid), 'stat').split(') ')[1]?.split(' ')[19]);
  const uptimeMs = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000;
  return performance.now() - (uptimeMs - ticks * TICK_MS);
}

/** A process may end while it is looked at. */
function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
