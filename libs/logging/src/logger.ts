// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isatty } from 'node:tty';
import { pino, type Logger as PinoLogger } from 'pino';

import type { Fields, Logger } from '@ims/runtime';
import { openDestination, type LineWriter } from './destination.ts';
import { PINO_LEVELS, type LevelName } from './levels.ts';
import { plainFields, type PlainOptions } from './plain.ts';
import { createRedactor } from './redaction.ts';

/** What a logger is made of. */
export interface LoggerOptions {
  /** The program, `ims-sshd`. */
  readonly name: string;
  readonly level: LevelName;
  /** A file descriptor or anything with `write`; standard error when left out. */
  readonly destination?: number | LineWriter;
  /** Values that are never written, wherever they turn up. */
  readonly secrets?: readonly string[];
}

/** How a program's logger speaks. */
export interface FormatOptions {
  /** One JSON object a line, or text for people. */
  readonly format: 'json' | 'text';
  /** Colours in text; on a terminal when left out. */
  readonly color?: boolean;
}

/** The logger of a program. */
export interface ProgramLogger extends Logger {
  /** A logger whose every line carries these fields too. */
  child(bindings: Fields): ProgramLogger;
  /** Writes what is still to be written and takes a progress bar away; every line is out when it returns. */
  flush(): void;
}

/** Where finished lines of JSON go. */
interface Output {
  readonly write: (line: string) => void;
  readonly flush: () => void;
}

/**
 * Makes a logger that writes one JSON object a line. Every line is written before the call returns, so that none is
 * lost at exit; every text in it has gone through the redaction (H34). That nobody reads any more is no error.
 */
export function createLogger(options: LoggerOptions): ProgramLogger {
  return loggerTo(openDestination(options.destination ?? 2), options);
}

/**
 * Opens the logger of a program in JSON or in text for people. What makes the text is loaded only for that: a
 * container writes JSON, and would carry it for days.
 */
export async function openLogger(options: LoggerOptions & FormatOptions): Promise<ProgramLogger> {
  return options.format === 'json' ? createLogger(options) : loggerTo(await openText(options), options);
}

function loggerTo(output: Output, options: LoggerOptions): ProgramLogger {
  const level = PINO_LEVELS[options.level];
  const logger = pino(
    {
      level,
      base: { name: options.name },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Errors are plain data already when pino sees them.
      serializers: { err: (value: unknown) => value },
    },
    output,
  );
  const plain = { redactor: createRedactor(options.secrets ?? []), stacks: level === 'debug' };
  return wrap(logger, plain, output.flush);
}

function wrap(logger: PinoLogger, plain: PlainOptions, flush: () => void): ProgramLogger {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Fields, message: string) => {
    if (!logger.isLevelEnabled(level)) return;
    logger[level](plainFields(fields, plain), '%s', plain.redactor.text(message));
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (bindings) => wrap(logger.child(plainFields(bindings, plain)), plain, flush),
    flush,
  };
}

async function openText(options: LoggerOptions & FormatOptions): Promise<Output> {
  const { destination = 2 } = options;
  const { textRenderer } = await import('./text.ts');
  const writer = openDestination(destination);
  const color = options.color ?? (typeof destination === 'number' && isatty(destination));
  const renderer = textRenderer({ stream: writer, color });
  return {
    write: (line) => {
      renderer.line(line);
    },
    flush: () => {
      renderer.close();
      writer.flush();
    },
  };
}
