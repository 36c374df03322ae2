// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** On a page: any text within a line, and on a line of its own any number of lines. */
const ANYTHING = '…';

/** What differs from one run to the next, by what it is; the first that matches counts. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/g, '<id>'],
  [/\bSHA256:[\w+/]{43}/g, '<fingerprint>'],
  [/\b[\da-f]{32,}\b/g, '<hash>'],
  [/\[\d\d:\d\d:\d\d\]/g, '[<time>]'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\b/g, '<time>'],
  [/\b\d+\.\d+\.\d+-\d+(?:-[a-z\d]+)*/g, '<version>'],
  [/\b(?=[a-f]*\d)[\da-f]{8,31}\b/g, '<id>'],
  [/\b\d+(?:\.\d+)? ?(?:[kMGT]i?)?B\b/g, '<size>'],
  [/\b(?:\d+(?:\.\d+)? ?(?:ms|s|m|h|d))+\b/g, '<duration>'],
  [/\b\d+(?:\.\d+)?\/\d+(?:\.\d+)?\b/g, '<ratio>'],
  [/\b\d+\.\d+\.\d+\.\d+\b/g, '<address>'],
  [/\b\d+\.\d{3,}\b|\b\d{4,}\b/g, '<number>'],
  // What Kubernetes adds to the name of a Job for its pods: letters and digits that make no word.
  [/-[b-df-hj-np-tv-xz24-9]{5}(?![-\w])/g, '-<pod>'],
  // The width of a table follows what is in it.
  [/─+/g, '─'],
  [/\s+/g, ' '],
];

/** A line as it is compared. */
function comparable(line: string): string {
  return PATTERNS.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), line).trimEnd();
}

/** A line of the log of one program; those of several at once come in no order. */
const LOG_LINE = /^\[<time>\] [A-Z]+ \(([\w-]+)\): /;

/**
 * Compares what a page shows with what was printed. Lines of the log are compared program by program.
 *
 * @returns the first shown line that was not printed where it stands, or undefined when all were
 */
export function firstDifference(shown: readonly string[], printed: string): string | undefined {
  const lines = printed.split(/\n|\r+/).map(comparable);
  while (lines.at(-1) === '') lines.pop();
  const programs = new Set([...shown, ...lines].filter((line) => !isAnything(line)).map(programOf));
  for (const program of programs) {
    const difference = differenceIn(
      shown.filter((line) => isAnything(line) || programOf(line) === program),
      lines.filter((line) => programOf(line) === program),
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function differenceIn(shown: readonly string[], lines: readonly string[]): string | undefined {
  const text = lines.map((line) => `${line}\n`).join('');
  const whole = shown.map(expressionOf);
  if (new RegExp(`^${whole.join('')}$`).test(text)) return undefined;
  const first = whole.findIndex((_, index) => !new RegExp(`^${whole.slice(0, index + 1).join('')}`).test(text));
  return first === -1 ? 'nothing more' : shown[first];
}

/** Empty for what is no line of a log. */
function programOf(line: string): string {
  return LOG_LINE.exec(comparable(line))?.[1] ?? '';
}

function isAnything(line: string): boolean {
  return line.trim() === ANYTHING;
}

function expressionOf(line: string): string {
  if (isAnything(line)) return '(?:.*\\n)*?';
  const parts = comparable(line)
    .split(ANYTHING)
    .map((part) => RegExp.escape(part));
  return `${parts.join('.*')}\\n`;
}
