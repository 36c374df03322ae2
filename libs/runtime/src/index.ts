// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export type * from './board.ts';
export { bootId } from './boot-id.ts';
export * from './clock.ts';
export * from './complaint.ts';
export * from './deadline.ts';
export * from './directories.ts';
export * from './failure.ts';
export { logStatus } from './log-status.ts';
export * from './logger.ts';
export * from './machine.ts';
export type * from './runner.ts';
