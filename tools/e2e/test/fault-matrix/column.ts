// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp } from '@ims/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startWorld, type World } from '../support/world.ts';
import { publishingBench, type MakeBench } from './bench.ts';
import { play, type Cell } from './cell.ts';
import { FAULT_ROWS, type Fault } from './faults.ts';
import type { Step } from './steps.ts';
import { tableOf, type Row } from './table.ts';

/** Something that happens to a job, and how it ended. */
export interface Column {
  readonly step: Step;
  readonly benchFor?: (world: World) => MakeBench | Promise<MakeBench>;
  /** What happens besides the faults of the matrix. */
  readonly more?: readonly { readonly name: string; readonly play: (cell: Cell) => Promise<string> }[];
}

/** Stalls take their time, on a busy machine all else too. */
const SLOW = { timeout: 120_000 };

/** One column of the matrix: each fault meets the step once, in a job of its own. One column is one file. */
export function describeColumn({ step, benchFor = publishingBench, more = [] }: Column): void {
  const rows: Row[] = [];
  let cell: Cell;

  beforeAll(async () => {
    const world = await startWorld();
    cell = { world, makeBench: await benchFor(world), step };
  }, 60_000);

  afterAll(async () => {
    process.stdout.write(`${tableOf(rows)}\n`);
    await cleanUp();
  }, 60_000);

  const faults = FAULT_ROWS.map((fault) => ({
    name: fault.name,
    title: titleOf(step, fault),
    play: async (played: Cell) => await play(played, fault),
  }));
  const others = more.map((other) => ({ ...other, title: `H3 ${other.name}: ${ONCE}` }));
  test.for([...faults, ...others])('$title', SLOW, async (row) => {
    const outcome = await row.play(cell);
    rows.push({ fault: row.name, step: step.name, outcome });
    expect(outcome).toMatch(/done$/);
  });
}

const ONCE = 'one record, linked, one set of objects, success';

function titleOf({ name, refused }: Step, fault: Fault): string {
  const cell = `${fault.name} × ${name}`;
  if (fault.kind !== 'refused' || refused === undefined) return `H3 ${cell}: ${ONCE}`;
  return `H12 ${cell}: ${refused.reason}, nothing of the user's lost, and once resumed ${ONCE}`;
}
