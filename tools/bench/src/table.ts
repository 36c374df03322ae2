// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Figure } from './figure.ts';

const HEADINGS = ['figure', 'measured', 'floor of the same run', 'ratio', 'target', 'met', 'samples'];

/** The figures as a table that reads well on a terminal and as Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(cellsOf);
  const widths = HEADINGS.map((heading, at) => Math.max(...[heading, ...rows.map((row) => row[at] ?? '')].map(length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(HEADINGS), rule, ...rows.map(line)].join('\n');
}

function length(text: string): number {
  return text.length;
}

function cellsOf(figure: Figure): string[] {
  const { name, value, unit, floor, ratio, met, samples } = figure;
  return [
    name,
    `${number(value)} ${unit}`,
    floor === undefined ? '' : `${number(floor.value)} ${unit}: ${floor.name}`,
    ratio === undefined ? '' : `${number(ratio)} ×`,
    targetOf(figure),
    met === undefined ? '' : met ? 'yes' : 'NO',
    String(samples),
  ];
}

function targetOf({ target, unit }: Figure): string {
  if (target === undefined) return '';
  const sign = target.kind === 'at most' ? '≤' : '≥';
  return `${sign} ${String(target.value)} ${target.of === 'value' ? unit : '×'}`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
