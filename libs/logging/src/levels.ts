// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The names that LOG_LEVEL takes (reference §2: Python's), the least severe first. */
export const LEVEL_NAMES = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

/** A value of LOG_LEVEL. */
export type LevelName = (typeof LEVEL_NAMES)[number];

/** pino's word for a Python level. */
export const PINO_LEVELS = {
  DEBUG: 'debug',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'fatal',
} as const satisfies Record<LevelName, string>;
