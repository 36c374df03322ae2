// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isatty } from 'node:tty';
import { pino, type Logger as PinoLogger } from 'pino';

import type { Fields, Logger } from '@ims/runtime';
import { openDestination, type LineWriter } from './destination.ts';
import { PINO_LEVELS, type LevelName } from './levels.ts';
import { plainFields, type PlainOptions } from './plain.ts';
import { createRedactor } from './redaction.ts';
import { textRenderer } from './text.ts';

/** What a logger is made of. */
export interface LoggerOptions {
  /** The program, `ims-sshd`. */
  readonly name: string;
  readonly level: LevelName;
  /** One JSON object a line, or text for people. */
  readonly format: 'json' | 'text';
  /** A file descriptor or anything with `write`; standard error when left out. */
  readonly destination?: number | LineWriter;
  /** Colours in text; on a terminal when left out. */
  readonly color?: boolean;
  /** Values that are never written, wherever they turn up. */
  readonly secrets?: readonly string[];
}

/** The logger of a program. */
export interface ProgramLogger extends Logger {
  /** A logger whose every line carries these fields too. */
  child(bindings: Fields): ProgramLogger;
  /** Writes what is still to be written and takes a progress bar away; every line is out when it returns. */
  flush(): void;
}

/**
 * Makes the logger of a program. Every line is written before the call returns, so that none is lost at exit;
 * every text in it has gone through the redaction (H34). That nobody reads any more is no error.
 */
export function createLogger(options: LoggerOptions): ProgramLogger {
  const level = PINO_LEVELS[options.level];
  const output = openOutput(options);
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

function openOutput(options: LoggerOptions): { write: (line: string) => void; flush: () => void } {
  const { destination = 2, format } = options;
  const writer = openDestination(destination);
  if (format === 'json') return writer;
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
