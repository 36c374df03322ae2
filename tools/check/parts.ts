// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One thing that `npm run check` looks at. */
export interface Part {
  /** Also the name of the script: `npm run check:<name>`. */
  readonly name: string;
  /** What holds when it passes. */
  readonly claim: string;
  /** A program for Node and its arguments, from the top of the repository. */
  readonly command: readonly [string, ...string[]];
}

/** The slowest first, so that nothing long is left for the end. */
export const PARTS: readonly Part[] = [
  {
    name: 'lint',
    claim: 'style, types, headers and imports keep the rules',
    command: ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.'],
  },
  {
    name: 'types',
    claim: 'everything compiles',
    command: ['node_modules/typescript/bin/tsc', '--project', '.'],
  },
  {
    name: 'spelling',
    claim: 'every word is spelt as in the dictionaries',
    command: ['node_modules/cspell/bin.mjs', '--no-progress', '--no-summary', '--gitignore', '.'],
  },
  {
    name: 'unused',
    claim: 'no file, export or dependency is unused',
    command: ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
  },
  {
    name: 'format',
    claim: 'every file is formatted',
    command: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'docs',
    claim: 'the generated documents match the tables',
    command: ['tools/docs/src/main.ts', '--check'],
  },
  {
    name: 'boundaries',
    claim: 'the projects declare what their tags allow',
    command: ['tools/check/boundaries.ts'],
  },
  {
    name: 'headers',
    claim: 'every source file carries copyright and licence',
    command: ['tools/check/headers.ts'],
  },
];
