// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export * from './annotations.ts';
export * from './errors.ts';
export * from './exit-codes.ts';
export * from './handshake.ts';
export * from './layout.ts';
export * from './manifest.ts';
export * from './metrics.ts';
export * from './permissions.ts';
export * from './phases.ts';
export * from './pod-conditions.ts';
export * from './pod-events.ts';
export * from './sentinels.ts';
export * from './status.ts';
export { shorten } from './text.ts';
export * from './version.ts';
