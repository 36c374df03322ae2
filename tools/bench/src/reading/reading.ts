// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rm } from 'node:fs/promises';

import { temporaryDirectory } from '@ims/testing';
import { judge, median, type Figure, type Measured } from '../figure.ts';
import { matrixOf, type Row } from './matrix.ts';
import { readingSystem, type ReadCost, type ReadingSystem } from './mounted.ts';
import { DEFAULT, FLOOR, nameOf, NEIGHBORS, pack, SLOW_NEIGHBORS, type Packing } from './packings.ts';
import { readSetsOf, type ReadSet } from './read-sets.ts';
import { makeLargeRoot, makeSmallRoot } from './roots.ts';

/** What a node may pay, and whoever packs, against gzip in blocks of 128 KiB. */
const MOST = { size: 1, packing: 0.12, bytes: 1.03, processor: 0.6 } as const;

interface Root {
  readonly name: string;
  readonly make: (root: string) => Promise<void>;
  readonly neighbors: readonly Packing[];
}

const ROOTS: readonly Root[] = [
  { name: 'demonstration', make: makeSmallRoot, neighbors: [...NEIGHBORS, ...SLOW_NEIGHBORS] },
  { name: 'with a /usr', make: makeLargeRoot, neighbors: NEIGHBORS },
];

/** What every node pays for how a root is packed: bytes and processor time of three sets of files. */
export async function measureReading(extent: 'quick' | 'full'): Promise<Figure[]> {
  const roots = extent === 'quick' ? ROOTS.slice(0, 1) : ROOTS;
  const figures: Figure[] = [];
  for (const root of roots) {
    const rounds = extent === 'quick' ? 1 : 3;
    figures.push(...(await measureRoot({ ...root, neighbors: extent === 'quick' ? [] : root.neighbors }, rounds)));
  }
  return figures;
}

async function measureRoot({ name, make, neighbors }: Root, rounds: number): Promise<Figure[]> {
  const work = await temporaryDirectory('reading');
  const root = `${work}/root`;
  await make(root);
  const sets = await readSetsOf(root);
  const rows: Row[] = [];
  let system: ReadingSystem | undefined;
  for (const packing of [FLOOR, DEFAULT, ...neighbors]) {
    const archive = `${work}/archive`;
    process.stderr.write(`packs ${name} as ${nameOf(packing)}\n`);
    const packed = await pack(root, archive, packing);
    system ??= await readingSystem(archive, work);
    rows.push({ packing, packed, costs: await costsOf(system, { archive, sets, rounds }) });
  }
  await rm(work, { recursive: true });
  console.log(`\nRoot ${name}, read by ${system?.name ?? 'nobody'}:\n\n${matrixOf(sets, rows)}\n`);
  return figuresOf(name, { sets, rows, rounds });
}

async function costsOf(
  system: ReadingSystem,
  { archive, sets, rounds }: { archive: string; sets: readonly ReadSet[]; rounds: number },
): Promise<readonly ReadCost[]> {
  const costs: ReadCost[] = [];
  for (const set of sets) {
    const found: ReadCost[] = [];
    for (let round = 0; round < rounds; round += 1) found.push(await system.read(archive, set));
    costs.push({
      mebibytes: median(found.map(({ mebibytes }) => mebibytes)),
      processorMs: median(found.map(({ processorMs }) => processorMs)),
    });
  }
  return costs;
}

interface Found {
  readonly sets: readonly ReadSet[];
  readonly rows: readonly Row[];
  readonly rounds: number;
}

interface Rest extends Pick<Measured, 'unit' | 'samples'> {
  /** Times the floor. */
  readonly most: number;
}

/** The default against the floor; its neighbors stand in the matrix alone. */
function figuresOf(root: string, { sets, rows, rounds }: Found): Figure[] {
  const [floor, ours] = rows;
  if (floor === undefined || ours === undefined) return [];
  const against = (what: string, value: (row: Row) => number, rest: Rest): Figure =>
    judge({
      name: `${root}: ${what}, ${nameOf(DEFAULT)}`,
      value: value(ours),
      unit: rest.unit,
      samples: rest.samples,
      floor: { name: nameOf(FLOOR), value: value(floor) },
      target: { kind: 'at most', value: rest.most, of: 'ratio' },
    });
  const read = sets.flatMap(({ name }, at) => [
    against(`${name}, read`, (row) => row.costs[at]?.mebibytes ?? 0, {
      unit: 'MiB',
      samples: rounds,
      most: MOST.bytes,
    }),
    against(`${name}, processor`, (row) => row.costs[at]?.processorMs ?? 0, {
      unit: 'ms',
      samples: rounds,
      most: MOST.processor,
    }),
  ]);
  return [
    against('archive', (row) => row.packed.mebibytes, { unit: 'MiB', samples: 1, most: MOST.size }),
    against('processor of packing', (row) => row.packed.processorSeconds, {
      unit: 's',
      samples: 1,
      most: MOST.packing,
    }),
    ...read,
  ];
}
