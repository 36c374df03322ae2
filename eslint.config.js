// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import headers from 'eslint-plugin-headers';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { rulesFor, SHIPPED, testRulesFor, TESTS } from './tools/lint/boundaries.js';
import { readProjects, ROOT } from './tools/lint/projects.js';

// Without a cached graph the boundary rule skips itself with a mere warning, and an old graph checks old imports.
execFileSync(process.execPath, [join(ROOT, 'node_modules/.bin/nx'), 'show', 'projects'], {
  cwd: ROOT,
  env: { ...process.env, NX_DAEMON: 'false' },
  stdio: ['ignore', 'ignore', 'inherit'],
});

const SHIPPED_FILES = ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'];
const TEST_FILES = ['**/test/**/*.ts', 'libs/testing/**/*.ts'];

const projectRules = readProjects().flatMap((project) => [
  { files: [`${project.folder}/**/*.ts`], ignores: ['**/test/**'], rules: rulesFor(project) },
  { files: [`${project.folder}/test/**/*.ts`], rules: testRulesFor(project) },
]);

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', '.nx/', '.cache/', 'coverage/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  // The compiler looks at these files too.
  { files: ['**/*.{js,mjs}'], rules: { 'no-undef': 'off' } },
  {
    plugins: { headers },
    rules: {
      'headers/header-format': [
        'error',
        {
          source: 'string',
          style: 'line',
          content: '(C) Copyright (year) Hewlett Packard Enterprise Development LP\nSPDX-License-Identifier: MIT',
          patterns: { year: { pattern: '20\\d{2}(?:-20\\d{2})?', defaultValue: '2026' } },
          trailingNewlines: 2,
        },
      ],
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        { selector: 'MemberExpression[object.name="globalThis"][property.name="process"]', message: 'Write process.' },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: ROOT } },
    rules: {
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `import { type T } from 'x'` would still load x.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Ports are asynchronous; `async` turns what is thrown into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-statements': ['error', 20],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'tools/**/*.ts'],
    plugins: { '@nx': nx },
    rules: { '@nx/enforce-module-boundaries': ['error', SHIPPED] },
  },
  { files: SHIPPED_FILES, rules: { 'no-console': 'error' } },
  ...projectRules,
  {
    files: ['apps/*/src/main.ts', 'apps/*/src/config.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: TEST_FILES,
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', TESTS],
      '@typescript-eslint/explicit-function-return-type': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-statements': 'off',
    },
  },
  prettier,
);
