// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export type { LineWriter } from './destination.ts';
export { LEVEL_NAMES, type LevelName } from './levels.ts';
export { createLogger, openLogger, type FormatOptions, type LoggerOptions, type ProgramLogger } from './logger.ts';
export { createRedactor, REDACTED, type Redactor } from './redaction.ts';
export { textRenderer, type TextOptions, type TextRenderer } from './text.ts';
