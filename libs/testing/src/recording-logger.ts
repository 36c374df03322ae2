// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Fields, Logger } from '@ims/runtime';

/** One thing that was logged. */
export interface LogEntry {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Fields;
  readonly message: string;
}

/** A logger that remembers. */
export interface RecordingLogger extends Logger {
  readonly entries: readonly LogEntry[];
  /** The sentences of a level, of all levels when left out. */
  messages(level?: LogEntry['level']): string[];
}

/** Makes a logger that writes nothing and remembers everything. */
export function recordingLogger(): RecordingLogger {
  const entries: LogEntry[] = [];
  const at = (level: LogEntry['level']) => (fields: Fields, message: string) => {
    entries.push({ level, fields, message });
  };
  return {
    entries,
    messages: (level) =>
      entries.filter((entry) => level === undefined || entry.level === level).map((entry) => entry.message),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}
