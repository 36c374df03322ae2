// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Bundles every program that ships, or those that are named, into dist/ or the directory given first, one file each.

import { rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, PROGRAMS, type ProgramName } from './bundle.ts';

const [directory, ...names] = process.argv.slice(2);
const dist = directory ?? fileURLToPath(new URL('../../dist', import.meta.url));
const wanted = (Object.keys(PROGRAMS) as ProgramName[]).filter((name) => names.length === 0 || names.includes(name));

await rm(dist, { recursive: true, force: true });
for (const name of wanted) {
  await bundle(name, dist);
  const { size } = await stat(join(dist, `${name}.mjs`));
  console.log(`${join(relative('.', dist), name)}.mjs ${(size / 1024).toFixed(0)} KiB`);
}
