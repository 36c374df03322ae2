// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One value of a chart. */
interface ChartValue {
  /** As `--set` has it, `claim.size`. */
  readonly path: string;
  /** As the file has it. */
  readonly fallback: string;
  /** Empty for one of many below the same heading that need no words. */
  readonly meaning: string;
}

/** Values that belong together: those below one key of the file, or some that stand alone, one after the other. */
export interface ChartSection {
  /** The key; empty for values that stand alone. */
  readonly name: string;
  readonly meaning: string;
  readonly values: readonly ChartValue[];
}

/** A line of the file that is a key. */
interface Key {
  readonly depth: number;
  readonly name: string;
  readonly fallback: string;
  readonly comment: string;
}

const KEY = /^(?<indent> *)(?<name>[\w-]+):(?: (?<value>.+))?$/;

/**
 * Reads the values of a chart with the comments above them, from a file as ours are: two spaces a level, lists and
 * maps that have no keys of their own on one line.
 *
 * @throws Error naming a line that is none of that, or a value that no comment explains
 */
export function chartSections(yaml: string): ChartSection[] {
  const keys = keysOf(yaml);
  const sections: { name: string; meaning: string; values: ChartValue[] }[] = [];
  let above: Key[] = [];
  for (const key of keys) {
    above = [...above.filter(({ depth }) => depth < key.depth), key];
    const isValue = key.fallback !== '';
    if (!isValue && key.depth === 0) sections.push({ name: key.name, meaning: key.comment, values: [] });
    if (isValue && key.depth === 0 && sections.at(-1)?.name !== '')
      sections.push({ name: '', meaning: '', values: [] });
    if (isValue) sections.at(-1)?.values.push(valueOf(key, above));
  }
  return sections;
}

function valueOf({ fallback, comment }: Key, above: readonly Key[]): ChartValue {
  const path = above.map(({ name }) => name).join('.');
  if (above.every((key) => key.comment === '')) throw new Error(`no comment says what ${path} means`);
  return { path, fallback, meaning: comment };
}

function keysOf(yaml: string): Key[] {
  const keys: Key[] = [];
  let comments: string[] = [];
  for (const line of yaml.split('\n')) {
    const comment = /^ *# ?(?<text>.*)$/.exec(line)?.groups?.['text'];
    if (comment !== undefined) comments.push(comment);
    else {
      if (line !== '') keys.push(keyOf(line, comments.join(' ')));
      comments = [];
    }
  }
  return keys;
}

function keyOf(line: string, comment: string): Key {
  const { indent = '', name = '', value = '' } = KEY.exec(line)?.groups ?? {};
  if (name === '') throw new Error(`a line that is no key: ${line}`);
  return { depth: indent.length / 2, name, fallback: value, comment };
}
