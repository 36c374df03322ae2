// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';

import { SOURCE_TREE } from '@ims/testing';

import type { CommandBlock } from './blocks.ts';
import { isForCluster, readPage } from './reader.ts';

/** Also those that are about to be committed. */
const FILES = ['ls-files', '--cached', '--others', '--exclude-standard'];

/** Blocks of commands, by what becomes of them. */
export interface Sorted {
  readonly machine: readonly CommandBlock[];
  readonly cluster: readonly CommandBlock[];
  readonly notRun: readonly CommandBlock[];
}

/** The blocks of every page of this source. */
export function sortPages(): Sorted {
  const listed = execFileSync('git', ['-C', SOURCE_TREE, ...FILES, '*.md'], { encoding: 'utf8' });
  const blocks = listed.trim().split('\n').flatMap(readPage);
  const run = blocks.filter(({ notRun }) => notRun === undefined);
  return {
    machine: run.filter((block) => !isForCluster(block)),
    cluster: run.filter(isForCluster),
    notRun: blocks.filter(({ notRun }) => notRun !== undefined),
  };
}

/** The pages of blocks, each once. */
export function pagesOf(blocks: readonly CommandBlock[]): string[] {
  return [...new Set(blocks.map(({ page }) => page))].sort();
}
