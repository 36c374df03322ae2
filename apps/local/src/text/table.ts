// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { dirname } from 'node:path';
import Table from 'cli-table3';

import type { Result } from '../job/outcome.ts';
import { bytesText } from '../image/space.ts';

/** Columns that a sha256 takes with the blanks around it. */
const CHECKSUM_WIDTH = 66;
const NAME_WIDTH = 17;
const SIZE_WIDTH = 11;

/** The end of a job, for a person: what was made, where it is, how long each phase took. */
export function resultTable(result: Result, colour: boolean): string {
  const directory = result.manifest === null ? '–' : dirname(result.manifest);
  // A path is copied by whoever reads it: the table grows with it rather than cut or break it.
  const wide = Math.max(CHECKSUM_WIDTH, directory.length + 1 - SIZE_WIDTH);
  const across = (content: string): { content: string; colSpan: number } => ({ content, colSpan: 2 });
  const right = (content: string): { content: string; hAlign: 'right' } => ({ content, hAlign: 'right' });
  const table = new Table({
    style: { head: [], border: colour ? ['grey'] : [] },
    colWidths: [NAME_WIDTH, SIZE_WIDTH, wide],
  });
  table.push(
    ['image', across(result.image ?? '–')],
    ['stored in', across(directory)],
    ['artifact', right('size'), 'sha256 and md5'],
    ...result.artifacts.map(({ name, size, sha256, md5 }) => [name, right(bytesText(size)), `${sha256}\n${md5}`]),
    ['seconds', across(timingLines(result.timings).join('\n'))],
  );
  return table.toString();
}

/** Seconds by phase, a line each, and their sum. */
export function timingLines(timings: Result['timings']): string[] {
  const rows = [...Object.entries(timings), ['in all', sumOf(timings)] as const];
  const widest = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, seconds]) => `${name.padEnd(widest)} ${seconds.toFixed(2).padStart(8)}`);
}

function sumOf(timings: Result['timings']): number {
  return Object.values(timings).reduce((sum, seconds) => sum + seconds, 0);
}
