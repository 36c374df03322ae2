// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import Table from 'cli-table3';

import { dirname } from 'node:path';
import type { Result } from './outcome.ts';
import { bytesText } from './space.ts';

/** The end of a job, for a person: what was made, where it is, how long each phase took. */
export function resultTable(result: Result, colour: boolean): string {
  const table = new Table({ style: colour ? { head: ['cyan'], border: ['grey'] } : { head: [], border: [] } });
  table.push(
    [
      { content: 'image', rowSpan: 1 },
      { content: result.image ?? '–', colSpan: 2 },
    ],
    ['stored in', { content: result.manifest === undefined ? '–' : dirname(result.manifest), colSpan: 2 }],
    ['seconds', { content: timingsText(result.timings), colSpan: 2 }],
    ['artifact', 'size', 'sha256, md5'],
    ...result.artifacts.map((artifact) => [
      artifact.name,
      { content: bytesText(artifact.size), hAlign: 'right' as const },
      `${artifact.sha256}\n${artifact.md5}`,
    ]),
  );
  return table.toString();
}

/** Seconds by phase in one line: `Packaging 0.9, Uploading 0.2`. */
export function timingsText(timings: Result['timings']): string {
  const parts = Object.entries(timings).map(([phase, seconds]) => `${phase} ${seconds.toFixed(2)}`);
  const total = Object.values(timings).reduce((sum, seconds) => sum + seconds, 0);
  return parts.length === 0 ? '–' : `${parts.join(', ')}; ${total.toFixed(2)} in all`;
}
