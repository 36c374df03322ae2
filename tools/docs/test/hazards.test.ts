// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hazardsMentionedIn, hazardTestsIn } from '../src/hazard-tests.ts';
import { HAZARDS } from '../src/hazards.ts';
import { hazardsPage } from '../src/hazards-page.ts';
import { repositoryFiles, ROOT, textOf } from '../src/repository.ts';

const rows = Object.values(HAZARDS).flatMap((hazards) => Object.entries(hazards));
const numbers = rows.map(([number]) => number);
const tests = repositoryFiles('*/test/*.ts').flatMap((file) => hazardTestsIn(file, textOf(file)));

describe('the table of hazards', () => {
  it('has a row for every number that code, tests and documents mention', () => {
    const texts = repositoryFiles('*.ts', '*.mjs', '*.md', '*.sh', '*.tpl', '*.yaml', 'Dockerfile*');
    const unknown = texts.flatMap((file) =>
      hazardsMentionedIn(textOf(file)).flatMap((number) => (numbers.includes(number) ? [] : [`${file}: ${number}`])),
    );
    expect(unknown).toEqual([]);
  });

  it('has a test for every row', () => {
    const tested = new Set(tests.map(({ hazard }) => hazard));
    expect(numbers.filter((number) => !tested.has(number))).toEqual([]);
  });

  it('names guards that exist', () => {
    const missing = rows.flatMap(([, { guards }]) => guards.filter((guard) => !existsSync(join(ROOT, guard))));
    expect(missing).toEqual([]);
  });

  it('gives each number once', () => {
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('a test of a hazard', () => {
  it('is found by its title, however the call is written', () => {
    const number = 'H' + '7';
    const text = [
      `it('${number} keeps it', async () => {`,
      `it.each([1, 2])(\n  "${number} keeps %i of the user's words", async (n) => {`,
      `describe('about ${number} alone', () => {`,
    ].join('\n');
    expect(hazardTestsIn('a.test.ts', text).map(({ claim }) => claim)).toEqual([
      'keeps it',
      "keeps %i of the user's words",
    ]);
  });

  it('is listed under its hazard, with its file', () => {
    const page = hazardsPage([{ hazard: 'H2', file: 'libs/x/test/y.test.ts', claim: 'is kept' }]);
    expect(page).toContain('## H2\n\n- `libs/x/test/y.test.ts`\n  - is kept\n');
  });
});
