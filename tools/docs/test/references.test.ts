// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { repositoryFiles, textOf } from '../src/repository.ts';

const PAGE = 'docs/reference-pair.md';
const headings = new Set([...textOf(PAGE).matchAll(/^#+ §?(\d+(?:\.\d+)?) /gm)].map(([, number = '']) => number));

/** RFCs and man pages have sections as well: their numbers follow another name. */
const OURS = /\breference §(\d+(?:\.\d+)?)/gi;

describe('a reference to a section of the reference pair', () => {
  it('leads to a heading of its page', () => {
    const texts = repositoryFiles('*.ts', '*.sh', '*.md').filter((file) => file !== PAGE);
    const dangling = texts.flatMap((file) =>
      [...textOf(file).matchAll(OURS)].flatMap(([, number = '']) =>
        headings.has(number) ? [] : [`${file}: §${number}`],
      ),
    );
    expect(dangling).toEqual([]);
  });
});
