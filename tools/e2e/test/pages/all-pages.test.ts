// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';

import { SOURCE_TREE } from '@ims/testing';
import { describe, expect, it } from 'vitest';

import { pagesOf, sortPages } from './support/pages.ts';

const HERE = `${SOURCE_TREE}/tools/e2e/test/pages`;

/** The pages that suites of a folder name as theirs. */
function described(folder: string, call: RegExp): string[] {
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(call)].map(([, page = '']) => page)).sort();
}

describe('the pages of this source', () => {
  const { machine, notRun } = sortPages();

  it('have a suite each that runs their blocks of commands, and no suite is left of a page without any', () => {
    expect(described(HERE, /^describePage\('([^']+)'/gm)).toEqual(pagesOf(machine));
  });

  it('are right about how much there is to read for a newcomer', () => {
    const readme = readFileSync(`${SOURCE_TREE}/README.md`, 'utf8');
    const [, said = ''] = /these ([\d,]+) lines/.exec(readme) ?? [];
    const lines = (file: string): number => readFileSync(`${SOURCE_TREE}/${file}`, 'utf8').split('\n').length - 1;
    const contract = readdirSync(`${SOURCE_TREE}/libs/contract/src`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `libs/contract/src/${name}`);
    const others = ['libs/session/src/session.ts', 'libs/export/src/export.ts', 'apps/agent/src/wire.ts'];
    const counted = [...contract, ...others].map(lines).reduce((sum, count) => sum + count, 0);
    expect(Math.abs(Number(said.replace(',', '')) / counted - 1)).toBeLessThan(0.1);
  });

  it('say of each block that is not run why, and all of these are listed', () => {
    const lines = notRun.map(({ page, line, commands, notRun: why = '' }) => {
      const [first = ''] = commands.map(({ text }) => text.split('\n')[0] ?? '');
      return `  ${page}:${String(line)} ${first.trim()}: ${why}`;
    });
    console.log(['Blocks of commands that are not run:', ...lines].join('\n'));
    expect(lines.length).toBeGreaterThan(0);
  });
});
