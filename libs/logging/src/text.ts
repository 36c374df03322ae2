// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { prettyFactory } from 'pino-pretty';

import type { LineWriter } from './destination.ts';
import type { LogRecord } from './log-record.ts';
import { createProgressBar, progressOf } from './progress.ts';

/** How log lines are shown to people. */
export interface TextOptions {
  readonly stream: LineWriter;
  readonly color: boolean;
  /** Width of the terminal; the stream's own when left out. */
  readonly columns?: number;
}

/** Shows log lines as text. */
export interface TextRenderer {
  /** Shows one line of JSON, of ours or of a program that we run; anything else is shown as it is. */
  line(line: string): void;
  /** Takes the progress bar away. */
  close(): void;
}

/**
 * Makes a renderer: a time, a level, the program and a sentence on each line, its fields behind it, an error with
 * its reason, advice and causes below it. A record with `progress` moves the progress bar where there is a
 * terminal. Control characters are shown and not obeyed: a part of what is logged comes from strangers.
 */
export function textRenderer(options: TextOptions): TextRenderer {
  const { stream, color } = options;
  const columns = options.columns ?? stream.columns ?? 80;
  const pretty = prettyFactory({
    colorize: color,
    colorizeObjects: false,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname,err,progress',
    singleLine: true,
    errorLikeObjectKeys: [],
  });
  const bar = stream.isTTY === true ? createProgressBar(stream, columns) : undefined;
  return {
    line: (line) => {
      const record = parse(line);
      const progress = record === undefined ? undefined : progressOf(record);
      if (progress !== undefined && bar !== undefined) {
        bar.show(progress);
        return;
      }
      bar?.clear();
      const text = record === undefined ? visible(line.trimEnd()) : pretty(visibleIn(record)).trimEnd();
      stream.write(`${[text, ...errorLines(record?.['err'])].join('\n')}\n`);
    },
    close: () => {
      bar?.clear();
    },
  };
}

function parse(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}

/** An error as text, each cause below what it caused. */
function errorLines(error: unknown, depth = 1): string[] {
  if (error === undefined) return [];
  if (typeof error !== 'object' || error === null) return [indent(textOf(error), depth)];
  const { message, advice, stack, cause } = error as LogRecord;
  const trace = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [
    indent(`${leadOf(error as LogRecord)}: ${textOf(message ?? '')}`, depth),
    ...(typeof advice === 'string' ? [indent(`→ ${advice}`, depth)] : []),
    ...trace.map((line) => indent(line.trim(), depth + 1)),
    ...errorLines(cause, depth + 1),
  ];
}

function leadOf(error: LogRecord): string {
  const lead = error['reason'] ?? error['type'];
  return typeof lead === 'string' ? lead : 'Error';
}

/** A value that was read from JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function indent(line: string, depth: number): string {
  return `${'    '.repeat(depth)}${visible(line)}`;
}

function visibleIn(record: LogRecord): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]) => [
    visible(key),
    typeof value === 'string' ? visible(value) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Control characters but for tab and line end, as JSON writes them. */
function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is to be found
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
