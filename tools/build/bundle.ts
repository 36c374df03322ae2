// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { builtinsWhenUsed, leanPackages, loadedAtOnce, withoutUnused } from './lean.ts';
import { builtinsByRequire, guardFor, mainIsCalled, OLDEST_SYNTAX } from './other-nodes.ts';

/** A program that ships: where it begins, and whose Node runs it. */
interface Shipped {
  readonly main: string;
  /** The one that the packages pin and the images carry, or whatever other people have. */
  readonly node: 'ours' | 'any';
}

/** The programs that ship, by the name of the command. */
export const PROGRAMS = {
  'ims-sshd': { main: 'apps/sshd/src/main.ts', node: 'ours' },
  'ims-agent': { main: 'apps/agent/src/main.ts', node: 'ours' },
  // It starts the two above with the Node that runs it.
  'ims-job': { main: 'apps/local/src/main.ts', node: 'ours' },
  'ims-sentinel': { main: 'apps/sentinel/src/main.ts', node: 'any' },
  'kubectl-ims': { main: 'apps/kubectl/src/main.ts', node: 'any' },
} as const satisfies Readonly<Record<string, Shipped>>;

/** The command whose bundle it is. */
export type ProgramName = keyof typeof PROGRAMS;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const HEADER = `// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT`;

// Packages in CommonJS ask for Node's own modules by a function that a module does not have.
const REQUIRE = `import { createRequire as imsCreateRequire } from 'node:module';
const require = imsCreateRequire(import.meta.url);`;

const { devDependencies, engines } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  readonly devDependencies: { readonly node: string };
  readonly engines: { readonly node: string };
};

/** By whose Node runs it: the oldest that will do, and what the build does for it. */
const BY_NODE = {
  // The newest syntax that an older Node can parse, so that it gets to the line that says what is needed.
  ours: { oldest: versionIn(devDependencies.node), target: `node${versionIn(engines.node)}`, inject: [], plugins: [] },
  any: {
    oldest: versionIn(engines.node),
    target: OLDEST_SYNTAX,
    inject: [join(ROOT, 'tools/build/older-globals.ts')],
    plugins: [builtinsByRequire, mainIsCalled],
  },
};

/** Major and minor version: `>=20.9.0` is `20.9`. */
function versionIn(range: string): string {
  return /\d+\.\d+/.exec(range)?.[0] ?? range;
}

/** Bundles one program into one file and says what went into it. */
export async function bundle(name: ProgramName, directory: string): Promise<Metafile> {
  const outfile = join(directory, `${name}.mjs`);
  const { main, node } = PROGRAMS[name];
  const { oldest, target, inject, plugins } = BY_NODE[node];
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [main],
    outfile,
    bundle: true,
    platform: 'node',
    target,
    format: 'esm',
    treeShaking: true,
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
    // Whatever else is in a bundle has no use for them.
    inject: name === 'ims-agent' ? [join(ROOT, 'libs/http/src/fetch-classes.ts')] : inject,
    plugins: [loadedAtOnce, builtinsWhenUsed, ...plugins, withoutUnused, leanPackages],
    // Names stay, for stack traces; a third of the text goes, and with it memory.
    minifyWhitespace: true,
    banner: { js: [HEADER, REQUIRE, guardFor(name, oldest)].join('\n') },
  });
  await escapeText(outfile);
  return metafile;
}

/** One character beyond ASCII, in somebody's name at the end, and V8 keeps two bytes for each of the whole text. */
async function escapeText(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** The folders of this repository whose code is in a bundle: `libs/contract`, `apps/sshd`. */
export function projectsIn(metafile: Metafile): string[] {
  const folders = Object.entries(metafile.outputs)
    .flatMap(([, { inputs }]) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /^(?:apps|libs|tools)\/[^/]+(?=\/src\/)/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}

/** The packages of others whose code is in a bundle: `pino`, `@aws-sdk/client-s3`. */
export function packagesIn(metafile: Metafile): string[] {
  const packages = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(packages)].sort();
}
