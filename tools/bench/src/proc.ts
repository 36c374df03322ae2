// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';

/** What a process has cost since it began. */
export interface Cost {
  /** Milliseconds of processor time. */
  readonly cpuMs: number;
  /** How often one of its threads was given a processor. */
  readonly switches: number;
}

/** Memory of a process in MiB. */
export interface Memory {
  readonly rss: number;
  /** What is shared with other processes counts in part. */
  readonly pss: number;
  /** What belongs to the process alone. */
  readonly own: number;
}

const NANOSECONDS = 1e6;

/**
 * Reads what a process has cost. The scheduler's own account is exact; the one in `stat` charges a whole tick to
 * whoever runs when it comes, and a program that wakes by the clock does so always or never.
 */
export function costOf(pid: number): Cost {
  const tasks = readdirSync(`/proc/${String(pid)}/task`).map((task) => `/proc/${String(pid)}/task/${task}`);
  return { cpuMs: sum(tasks.map(runTimeOf)), switches: sum(tasks.map(switchesOf)) };
}

function runTimeOf(task: string): number {
  return Number(readFileSync(`${task}/schedstat`, 'latin1').split(' ')[0]) / NANOSECONDS;
}

function switchesOf(task: string): number {
  const counts = readFileSync(`${task}/status`, 'latin1').matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)/gm);
  return sum([...counts].map(([, count]) => Number(count)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** Reads what a process holds. */
export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'latin1');
  const mebibytes = (name: string): number => fieldOf(text, name) / 1024;
  return { rss: mebibytes('Rss'), pss: mebibytes('Pss'), own: mebibytes('Private_Dirty') + mebibytes('Private_Clean') };
}

/** The most memory that a process has held so far, in MiB. */
export function memoryPeakOf(pid: number): number {
  return field(`/proc/${String(pid)}/status`, 'VmHWM') / 1024;
}

/** What a process has caused to be written to disks so far, in MiB; what it sends is none of it. */
export function writtenBy(pid: number): number {
  return field(`/proc/${String(pid)}/io`, 'write_bytes') / 1024 ** 2;
}

/** What a process has read by calls so far, in MiB, wherever it came from. */
export function readBy(pid: number): number {
  return field(`/proc/${String(pid)}/io`, 'rchar') / 1024 ** 2;
}

function field(path: string, name: string): number {
  return fieldOf(readFileSync(path, 'latin1'), name);
}

function fieldOf(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}
