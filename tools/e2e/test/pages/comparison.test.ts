// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { blocksOf } from './support/blocks.ts';
import { firstDifference } from './support/patterns.ts';
import { follow } from './support/reader.ts';
import { setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';

const FENCE = '```';

function page(...lines: string[]): string {
  return lines.join('\n').replaceAll("'''", FENCE);
}

describe('the blocks of a page', () => {
  it('are its scripts and its transcripts, with the heading above and the reason for which one is not run', () => {
    const text = page(
      ...['# Title', "'''sh", 'one', 'two', "'''", '## Next', '<!-- not run: no time -->', '', "'''console"],
      ...['$ three \\', '    four', 'shown', '$ five', "'''", "'''json", '{}', "'''"],
    );
    expect(blocksOf('page.md', text)).toEqual([
      {
        page: 'page.md',
        line: 2,
        heading: 'Title',
        notRun: undefined,
        commands: [{ text: 'one\ntwo', shows: undefined }],
      },
      {
        page: 'page.md',
        line: 9,
        heading: 'Next',
        notRun: 'no time',
        commands: [
          { text: 'three \\\n    four', shows: ['shown'] },
          { text: 'five', shows: [] },
        ],
      },
    ]);
  });

  it('are refused when a transcript begins without a command, or a block has no end', () => {
    expect(() => blocksOf('page.md', page("'''console", 'output', "'''"))).toThrow('page.md:1: a console block begins');
    expect(() => blocksOf('page.md', page('', "'''sh", 'true'))).toThrow('page.md:2: the block is not closed');
  });
});

describe('what a page shows', () => {
  it.each([
    ['an id', 'image 1b2bd50d-ce31-5143-b2a4-98dba2f9c46f', 'image ee020035-baab-5c4f-afa2-60c7d23269a4'],
    ['a checksum', `sha256 ${'0af1'.repeat(16)}`, `sha256 ${'1be2'.repeat(16)}`],
    ['a size', 'root (279.5 MB)', 'root (4 kB)'],
    ['a time', '2026-11-27T03:03:01.493Z and [01:02:03]', '2027-01-01T00:00:00Z and [23:59:59]'],
    ['a duration', 'after 19s', 'after 2m3s'],
    ['the name of a pod', 'pod/my-job-x7x2p is', 'pod/my-job-bb4cd is'],
    ['the width of a table', '│ name   │', '│ name │'],
    ['a part that is left out', 'from … to here', 'from there to here'],
  ])('%s differs from run to run and is no difference', (_what, shown, printed) => {
    expect(firstDifference([shown], `${printed}\n`)).toBeUndefined();
  });

  it.each([
    ['another word', ['the end'], 'the start\n', 'the end'],
    ['a line that is missing', ['one', 'two'], 'one\n', 'two'],
    ['a line more', ['one'], 'one\ntwo\n', 'nothing more'],
    ['another order', ['one', '…', 'two'], 'two\none\n', 'one'],
    ['a size without its unit', ['4 kB'], '4\n', '4 kB'],
  ])('%s is a difference', (...[, shown, printed, difference]) => {
    expect(firstDifference(shown, printed)).toBe(difference);
  });

  it('may leave lines out where it says so', () => {
    expect(firstDifference(['…', 'two', '…', 'five'], 'one\ntwo\nthree\nfour\nfive\n')).toBeUndefined();
    expect(firstDifference(['…', 'two', '…'], 'one\nthree\n')).toBe('two');
  });

  it('is compared program by program where several write one log', () => {
    const line = (program: string, text: string): string => `[01:02:03] INFO (${program}): ${text}`;
    const printed = `${line('ims-sshd', 'opens')}\n${line('ims-agent', 'waits')}\n${line('ims-agent', 'packs')}\n`;
    const shown = [line('ims-agent', 'waits'), line('ims-sshd', 'opens'), line('ims-agent', 'packs')];
    expect(firstDifference(shown, printed)).toBeUndefined();
    expect(firstDifference(shown.toReversed(), printed)).toBe(line('ims-agent', 'packs'));
  });
});

describe('a reader', () => {
  afterEach(cleanUp);

  it('types what a page says into one shell, and reports what fails and what prints something else', async () => {
    const session = await openSession(await setScene('reader'));
    const read = async (...lines: string[]): Promise<void> => {
      for (const block of blocksOf('page.md', page(...lines))) await follow({ session }, block);
    };
    await read("'''sh", 'export GREETING=hello', "'''", "'''console", '$ echo $GREETING', 'hello', "'''");
    await expect(read("'''console", '$ echo $GREETING', 'bye', "'''")).rejects.toThrow(
      /page\.md:1: echo \$GREETING\nprinted no “bye”[^]*hello/,
    );
    await expect(read("'''sh", 'false', 'export GREETING=bye', "'''")).rejects.toThrow('ended with 1');
    await read("'''console", '$ echo $GREETING', 'hello', '$ test -t 1', "'''");
  });
});
