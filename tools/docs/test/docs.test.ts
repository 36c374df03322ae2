// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  ANNOTATIONS,
  ARTIFACTS,
  ERRORS,
  METRICS,
  PHASES,
  POD_CONDITIONS,
  REQUIRED_PERMISSIONS,
  SENTINELS,
  SESSION_PHASES,
} from '@ims/contract';
import { VARIABLES } from '@ims/env';
import { describe, expect, it } from 'vitest';
import { annotationsPage } from '../src/annotations-page.ts';
import { contractPage } from '../src/contract-page.ts';
import { environmentPage } from '../src/environment-page.ts';
import { table } from '../src/markdown.ts';

describe('docs/contract.md', () => {
  const text = contractPage();

  it.each([
    ['phase', Object.keys(PHASES)],
    ['phase of the shell', Object.keys(SESSION_PHASES)],
    ['error', Object.keys(ERRORS)],
    ['artifact', Object.values(ARTIFACTS).map(({ key }) => key)],
  ])('names every %s', (_what, names) => {
    expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('names every signal file with its path', () => {
    const files = Object.values(SENTINELS).map(({ file }) => file);
    expect(files.filter((file) => !text.includes(`/${file}\``))).toEqual([]);
  });

  it('shows no cell that a table lacks', () => {
    expect(text).not.toMatch(/undefined|\[object/);
  });
});

describe('docs/annotations.md', () => {
  const text = annotationsPage();

  it.each([
    ['annotation', Object.keys(ANNOTATIONS)],
    ['condition', Object.keys(POD_CONDITIONS).map((name) => `ims.cray.com/${name}`)],
    ['metric', Object.keys(METRICS)],
  ])('names every %s', (_what, names) => {
    expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('names every permission', () => {
    expect(REQUIRED_PERMISSIONS.filter(({ resource }) => !text.includes(`| \`${resource}\` |`))).toEqual([]);
  });
});

describe('docs/environment.md', () => {
  const text = environmentPage({ 'ims-agent': `const NAMES = ['IMS_ACTION'];`, 'ims-sshd': '' });

  it('names every variable', () => {
    expect(Object.keys(VARIABLES).filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('says which program reads a variable', () => {
    const row = text.split('\n').find((line) => line.startsWith('| `IMS_ACTION` |'));
    expect(row).toMatch(/\| `ims-agent` \|$/);
  });
});

describe('a table', () => {
  it('a bar in a cell does not end the cell, and an empty cell is a dash', () => {
    expect(table(['a', 'b'], [['x|y', '']])).toBe('| a | b |\n| --- | --- |\n| x\\|y | – |');
  });
});
