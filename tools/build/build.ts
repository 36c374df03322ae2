// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Bundles every program that ships into dist/, one file each.

import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, PROGRAMS, type ProgramName } from './bundle.ts';

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

await rm(dist, { recursive: true, force: true });
for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
  await bundle(name, dist);
  const { size } = await stat(join(dist, `${name}.mjs`));
  console.log(`dist/${name}.mjs ${(size / 1024).toFixed(0)} KiB`);
}
