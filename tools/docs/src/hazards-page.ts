// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { HAZARDS } from './hazards.ts';
import { code, codes, generatedFrom, page, table } from './markdown.ts';

/** A test whose title begins with the number of a hazard. */
export interface HazardTest {
  /** `H12`. */
  readonly hazard: string;
  /** The test file, from the top of the repository. */
  readonly file: string;
  /** The rest of the title: the claim. */
  readonly claim: string;
}

/** `docs/hazards.md`: what has gone wrong, what keeps it from happening again, and the tests that prove it. */
export function hazardsPage(tests: readonly HazardTest[]): string {
  const chapters = Object.entries(HAZARDS).flatMap(([chapter, hazards]) => [
    `## ${chapter}`,
    table(
      ['Number', 'What goes wrong', 'Guarded in', 'Tests'],
      Object.entries(hazards).map(([number, { harm, guards }]) => [
        `[${number}](#${number.toLowerCase()})`,
        harm,
        codes(guards),
        String(testsOf(number, tests).length),
      ]),
    ),
  ]);
  const numbers = Object.values(HAZARDS).flatMap((hazards) => Object.keys(hazards));
  return page(
    generatedFrom(['tools/docs/src/hazards.ts', 'the titles of the tests']),
    '# Hazards',
    INTRODUCTION,
    ...chapters,
    '# Tests by hazard',
    ...numbers.flatMap((number) => [`## ${number}`, testList(testsOf(number, tests))]),
  );
}

const INTRODUCTION = `Every row has happened in production: to the pair that runs today, or to a system like it. Code and tests refer to a
hazard by its number. \`npm test -- -t 'H24 '\` runs the tests of one hazard; their titles are listed at the end of this page.`;

function testsOf(number: string, tests: readonly HazardTest[]): readonly HazardTest[] {
  return tests.filter(({ hazard }) => hazard === number);
}

function testList(tests: readonly HazardTest[]): string {
  const files = [...new Set(tests.map(({ file }) => file))];
  return files
    .map((file) => {
      const claims = tests.filter((test) => test.file === file).map(({ claim }) => `  - ${claim}`);
      return [`- ${code(file)}`, ...claims].join('\n');
    })
    .join('\n');
}
