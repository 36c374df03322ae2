// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** A command as a page writes it. */
interface PageCommand {
  readonly text: string;
  /** The lines that the page shows below it; undefined where the page shows commands alone. */
  readonly shows: readonly string[] | undefined;
}

/** A fenced block of commands on a page. */
export interface CommandBlock {
  readonly page: string;
  /** Of the fence that opens it, from 1. */
  readonly line: number;
  /** The nearest heading above it, without its marks; empty above the first one. */
  readonly heading: string;
  readonly commands: readonly PageCommand[];
  /** Why no test runs it, as the comment above the block says. */
  readonly notRun: string | undefined;
}

const FENCE = /^```(\w*)$/;
const HEADING = /^#+ +(.*)$/;
const NOT_RUN = /^<!-- not run: (.+) -->$/;
const PROMPT = '$ ';

/** What the language of a fence makes of its lines; other languages are no commands. */
const LANGUAGES: Readonly<Record<string, (lines: readonly string[], where: string) => PageCommand[]>> = {
  sh: (lines) => [{ text: lines.join('\n'), shows: undefined }],
  console: transcript,
};

/** What a reader has met so far. */
interface Place {
  heading: string;
  notRun: string | undefined;
  open: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined;
}

/**
 * The blocks of commands on a page: `sh` holds a script, `console` what a terminal shows, with `$ ` before each command.
 * The comment `<!-- not run: REASON -->` above a block takes it out of the tests.
 *
 * @throws Error with the place when a block is not closed or a `console` does not begin with a command
 */
export function blocksOf(page: string, text: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  const place: Place = { heading: '', notRun: undefined, open: undefined };
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line);
    if (place.open === undefined) readProse(place, { line, number: index + 1, language: fence?.[1] });
    else if (fence === null) place.open.lines.push(line);
    else {
      blocks.push(...closed(page, place));
      Object.assign(place, { open: undefined, notRun: undefined });
    }
  }
  if (place.open !== undefined) throw new Error(`${page}:${String(place.open.line)}: the block is not closed`);
  return blocks;
}

function readProse(
  place: Place,
  { line, number, language }: { readonly line: string; readonly number: number; readonly language: string | undefined },
): void {
  if (language !== undefined) place.open = { language, line: number, lines: [] };
  else if (line !== '') {
    place.heading = HEADING.exec(line)?.[1] ?? place.heading;
    place.notRun = NOT_RUN.exec(line)?.[1];
  }
}

function closed(page: string, { heading, notRun, open }: Place): CommandBlock[] {
  if (open === undefined) return [];
  const commands = LANGUAGES[open.language]?.(open.lines, `${page}:${String(open.line)}`);
  return commands === undefined ? [] : [{ page, line: open.line, heading, commands, notRun }];
}

function transcript(lines: readonly string[], where: string): PageCommand[] {
  const commands: { text: string; shows: string[] }[] = [];
  for (const line of lines) {
    const last = commands.at(-1);
    if (line.startsWith(PROMPT)) commands.push({ text: line.slice(PROMPT.length), shows: [] });
    else if (last === undefined) throw new Error(`${where}: a console block begins with a command: ${PROMPT}…`);
    else if (last.shows.length === 0 && last.text.endsWith('\\')) last.text += `\n${line}`;
    else last.shows.push(line);
  }
  return commands;
}
