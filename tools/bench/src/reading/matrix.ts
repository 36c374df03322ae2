// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { nameOf, type Packed, type Packing } from './packings.ts';
import type { ReadSet } from './read-sets.ts';
import type { ReadCost } from './mounted.ts';

/** A packing of a root, and what each set of files cost of it. */
export interface Row {
  readonly packing: Packing;
  readonly packed: Packed;
  readonly costs: readonly ReadCost[];
}

/** All packings of a root side by side, each figure with its ratio to that of the first: as text and as Markdown. */
export function matrixOf(sets: readonly ReadSet[], rows: readonly Row[]): string {
  const [floor] = rows;
  if (floor === undefined) return '';
  const headings = ['packing', 'size MiB', 'packed in s', 'processor s'];
  for (const { name } of sets) headings.push(`${name}: MiB`, 'ms');
  const base = numbersOf(floor);
  const lines = rows.map((row) => {
    const cells = numbersOf(row).map((value, at) => `${value.toFixed(value < 10 ? 2 : 1)} (${share(value, base[at])})`);
    return [nameOf(row.packing), ...cells];
  });
  return [headings, headings.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function numbersOf({ packed, costs }: Row): readonly number[] {
  const { mebibytes, wallSeconds, processorSeconds } = packed;
  return [mebibytes, wallSeconds, processorSeconds, ...costs.flatMap((cost) => [cost.mebibytes, cost.processorMs])];
}

function share(value: number, base = Number.NaN): string {
  return (value / base).toFixed(2);
}
