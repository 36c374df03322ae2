// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Runner } from '@ims/runtime';

import { toBytes, printable } from './bytes.ts';
import type { ImageRoot } from './image-root.ts';
import { entries } from './squashfs-limits.ts';

/** The kinds of extended attributes that a squashfs holds (Linux, `fs/squashfs/xattr.c`). */
const HELD = ['user.', 'trusted.', 'security.'];

/** An image of millions of files must not hold the user up for what is only a warning. */
const TIMEOUT_MS = 60_000;

const FILE = '# file: ';

/**
 * Looks for extended attributes that a squashfs cannot hold, POSIX ACLs above all; gives a warning for them. Node cannot
 * read attributes: getfattr does, one call of the system for each entry, and prints only those that bear one.
 */
export async function inspectLostAttributes(root: ImageRoot, runner: Runner): Promise<readonly string[]> {
  await using top = await root.directory('/');
  if (top === undefined) return [];
  let count = 0;
  let first = '';
  const names = new Set<string>();
  const outcome = await runner.run({
    program: 'find',
    args: ['.', '-xdev', '-exec', 'getfattr', '-h', '--absolute-names', '-m', lostOnes(), '{}', '+'],
    cwd: top.pathForChildren,
    timeoutMs: TIMEOUT_MS,
    onLine: (line) => {
      if (!line.startsWith(FILE)) {
        if (/^[\w.]+$/.test(line) && names.size < 10) names.add(line);
        return;
      }
      count += 1;
      if (count === 1) first = line.slice(`${FILE}.`.length);
    },
  });
  if (count > 0) {
    const which = [...names].sort().join(', ');
    return [
      `${entries(count)} attributes that a squashfs cannot hold (${which}): ${printable(toBytes(first))}; they are lost`,
    ];
  }
  const isMissing = outcome.notFound || /getfattr.*No such file/.test(outcome.stderr);
  return isMissing ? ['ACLs are lost in a squashfs, and whether there are any is not known: getfattr is missing'] : [];
}

/** A regular expression (POSIX, extended) for names that begin with none of {@link HELD}, whose first letters differ. */
function lostOnes(): string {
  const firsts = HELD.map(([letter = '']) => letter).join('');
  const rests = HELD.flatMap((prefix) =>
    Array.from(prefix.slice(1), (letter, index) => `${prefix.slice(0, index + 1)}[^${letter}]`),
  );
  return `^([^${firsts}]|${rests.join('|')})`;
}
