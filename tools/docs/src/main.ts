// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Writes the generated pages below docs/ and helm/, or with --check says which of them differ from the tables.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { annotationsPage } from './annotations-page.ts';
import { chartPage } from './chart-page.ts';
import { contractPage } from './contract-page.ts';
import { environmentPage } from './environment-page.ts';
import { hazardTestsIn } from './hazard-tests.ts';
import { hazardsPage } from './hazards-page.ts';
import { repositoryFiles, textOf } from './repository.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const pages = {
  'helm/ims-buildenv/README.md': chartPage('ims-buildenv', await source('helm/ims-buildenv/values.yaml')),
  'helm/ims-job/README.md': chartPage('ims-job', await source('helm/ims-job/values.yaml')),
  'docs/annotations.md': annotationsPage(),
  'docs/contract.md': contractPage(),
  'docs/environment.md': environmentPage({
    'ims-agent': await sourcesBelow('apps/agent/src'),
    'ims-sshd': await source('apps/sshd/src/config.ts'),
    'ims-job': await sources('apps/local/src', ['config.ts', 'pair/outside.ts']),
  }),
  'docs/hazards.md': hazardsPage(repositoryFiles('*/test/*.ts').flatMap((file) => hazardTestsIn(file, textOf(file)))),
};

const checking = process.argv.includes('--check');
for (const [name, text] of Object.entries(pages)) {
  const file = join(root, name);
  const wanted = await format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (wanted === (await source(name))) continue;
  if (checking) {
    console.error(`${name} differs from the tables it is generated from; run: npm run docs`);
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    console.log(`wrote ${name}`);
  }
}

/** Those of a program that say which variables it reads. */
/** All of an app: a list of its files would have to be kept, and a variable that is read elsewhere would be missed. */
async function sourcesBelow(folder: string): Promise<string> {
  const names = await readdir(join(root, folder), { recursive: true });
  return await sources(folder, names.filter((name) => name.endsWith('.ts')).sort());
}

async function sources(folder: string, names: readonly string[]): Promise<string> {
  const texts = await Promise.all(names.map(async (name) => await source(join(folder, name))));
  return texts.join('\n');
}

/** Empty for a file that is not there. */
async function source(name: string): Promise<string> {
  try {
    return await readFile(join(root, name), 'utf8');
  } catch {
    return '';
  }
}
