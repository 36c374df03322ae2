// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { EXIT_DONE, SENTINELS, type Layout, type SentinelName } from '@ims/contract';
import { withDeadline } from '@ims/runtime';
import type { ClosableBoard } from '@ims/sentinel';
import { FILE_NAMES, sentinelOf } from './names.ts';
import { lineOf, reportOn, type SentinelReport } from './report.ts';

/** What a command works with. */
export interface Bench {
  readonly board: ClosableBoard;
  readonly layout: Layout;
  readonly output: 'text' | 'json';
  /** Whether somebody asked for this output; else it is the one for a pipe or for a terminal. */
  readonly isOutputChosen: boolean;
  readonly write: (line: string) => void;
}

/** Writes a sentinel; without a message it is empty, as the reference makes it. */
export async function post(bench: Bench, file: string, message: string | undefined): Promise<number> {
  const name = sentinelOf(file);
  await bench.board.post(name, message === undefined ? undefined : { words: message });
  bench.write(lineOf(await look(bench, name), bench.output));
  return EXIT_DONE;
}

/** Takes sentinels away; absent ones are fine. */
export async function clear(bench: Bench, files: readonly string[]): Promise<number> {
  for (const name of files.map(sentinelOf)) {
    await bench.board.clear(name);
    bench.write(lineOf(await look(bench, name), bench.output));
  }
  return EXIT_DONE;
}

/** Says what stands at every sentinel's path. */
export async function show(bench: Bench): Promise<number> {
  for (const name of FILE_NAMES.values()) bench.write(lineOf(await look(bench, name), bench.output));
  return EXIT_DONE;
}

/** For what to wait, and how long. */
export interface Wait {
  readonly files: readonly string[];
  /** Milliseconds; for ever when left out. */
  readonly timeoutMs: number | undefined;
  /** Aborted when somebody stops the program. */
  readonly signal: AbortSignal;
}

/**
 * Waits until one of the sentinels is there and prints its name alone, for `case $(ims-sentinel wait …)`. When several
 * are there, `failed` is the one, as it is for the pair; else the first that was asked for. Who asks for JSON gets all.
 *
 * @throws Failure DeadlineExceeded, or the signal's reason
 */
export async function wait(bench: Bench, { files, timeoutMs, signal }: Wait): Promise<number> {
  const until = async (bound: AbortSignal): Promise<SentinelReport[]> =>
    await bench.board.until(async () => await present(bench, files), bound);
  const found =
    timeoutMs === undefined
      ? await until(signal)
      : await withDeadline({ ms: timeoutMs, what: `waiting for ${files.join(' or ')}`, signal }, until);
  const lines = bench.output === 'json' && bench.isOutputChosen ? found.map(asJson) : [winner(found)];
  for (const line of lines) bench.write(line);
  return EXIT_DONE;
}

function asJson(report: SentinelReport): string {
  return lineOf(report, 'json');
}

function winner(found: readonly SentinelReport[]): string {
  const names = found.map(({ name }) => name);
  return names.find((name) => name === SENTINELS.failed.file) ?? names[0] ?? '';
}

async function present(bench: Bench, files: readonly string[]): Promise<SentinelReport[] | undefined> {
  const reports = await Promise.all(files.map(async (file) => await look(bench, sentinelOf(file))));
  const found = reports.filter(({ state }) => state !== 'absent' && state !== 'unusable');
  return found.length > 0 ? found : undefined;
}

async function look({ board, layout }: Bench, name: SentinelName): Promise<SentinelReport> {
  return reportOn(layout, name, await board.read(name));
}
