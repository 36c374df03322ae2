// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { builtinsWhenUsed, leanPackages, loadedAtOnce, withoutUnused } from './lean.ts';

/** The programs that ship, by the name of the command, and where each begins. */
export const PROGRAMS = {
  'ims-sshd': 'apps/sshd/src/main.ts',
  'ims-agent': 'apps/agent/src/main.ts',
  'ims-job': 'apps/local/src/main.ts',
  'ims-sentinel': 'apps/sentinel/src/main.ts',
  'kubectl-ims': 'apps/kubectl/src/main.ts',
} as const;

/** The command whose bundle it is. */
export type ProgramName = keyof typeof PROGRAMS;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const HEADER = `// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT`;

// Packages in CommonJS ask for Node's own modules by a function that a module does not have.
const REQUIRE = `import { createRequire as imsCreateRequire } from 'node:module';
const require = imsCreateRequire(import.meta.url);`;

/** Bundles one program into one file and says what went into it. */
export async function bundle(name: ProgramName, directory: string): Promise<Metafile> {
  const outfile = join(directory, `${name}.mjs`);
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [PROGRAMS[name]],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    treeShaking: true,
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'warning',
    // Whatever else is in a bundle has no use for them.
    inject: name === 'ims-agent' ? [join(ROOT, 'libs/http/src/fetch-classes.ts')] : [],
    plugins: [loadedAtOnce, builtinsWhenUsed, withoutUnused, leanPackages],
    // Names stay, for stack traces; a third of the text goes, and with it memory.
    minifyWhitespace: true,
    banner: { js: [HEADER, REQUIRE].join('\n') },
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
