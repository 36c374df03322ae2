// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';

import { cleanUp, SOURCE_TREE } from '@ims/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { blocksOf, type CommandBlock } from './blocks.ts';
import { firstDifference } from './patterns.ts';
import type { Answer, Session } from './session.ts';

/** A page's reader: a shell, and what the page leaves to the reader. */
export interface Reader {
  readonly session: Session;
  /** What stands on the page for something of the reader's own, and what that is when it is typed. */
  readonly own?: Readonly<Record<string, () => Promise<string> | string>>;
  /** What the reader does while commands run. */
  readonly answers?: readonly Answer[];
}

/** The blocks of a page of this source. */
export function readPage(page: string): CommandBlock[] {
  return blocksOf(page, readFileSync(`${SOURCE_TREE}/${page}`, 'utf8'));
}

/** Pages whose commands all take a cluster; on others it is those that name its clients. */
const CLUSTER_PAGES = /^(?:docs\/(?:installing|kubernetes|images)|helm\/.*|tools\/cluster\/.*)\.md$/;

/** Whether the commands of a block speak to a cluster, or make something for one. */
export function isForCluster({ page, commands }: CommandBlock): boolean {
  return CLUSTER_PAGES.test(page) || commands.some(({ text }) => /^ *(?:kubectl|helm) /m.test(text));
}

/** Whole jobs one after the other, on a machine that may be busy. */
const LONGEST_MS = 300_000;

/** A suite of all blocks of a page that a machine alone can run, in their order and in one shell. */
export function describePage(page: string, open: () => Promise<Reader>): void {
  describe(page, () => {
    let reader: Reader | undefined;

    beforeAll(async () => {
      reader = await open();
    });

    afterAll(cleanUp, 60_000);

    const blocks = readPage(page).filter((block) => block.notRun === undefined && !isForCluster(block));
    it.each(blocks.map((block) => [titleOf(block), block] as const))(
      '%s',
      async (_title, block) => {
        if (reader === undefined) throw new Error('there is no shell');
        await follow(reader, block);
      },
      LONGEST_MS,
    );
  });
}

/** Names a block in the title of its test. */
function titleOf({ page, line, commands }: CommandBlock): string {
  const [first = ''] = commands.flatMap(({ text }) => text.split('\n'));
  return `${page}:${String(line)} \`${first}\` does what the page says`;
}

/**
 * Types the commands of a block as they stand.
 *
 * @throws Error when one of them fails or prints something else than the page shows
 */
export async function follow({ session, own = {}, answers }: Reader, block: CommandBlock): Promise<void> {
  for (const { text, shows } of block.commands) {
    let command = text;
    for (const [shown, value] of Object.entries(own))
      if (command.includes(shown)) command = command.replaceAll(shown, await value());
    const { code, printed } = await session.run(command, answers);
    const where = `${block.page}:${String(block.line)}: ${command}`;
    if (code !== 0) throw new Error(`${where}\nended with ${String(code)} and printed:\n${printed}`);
    const missing = shows === undefined ? undefined : firstDifference(shows, printed);
    if (missing !== undefined)
      throw new Error(`${where}\nprinted no “${missing}” where the page shows it, but:\n${printed}`);
  }
}
