// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export * from './answered-failure.ts';
export * from './backoff.ts';
export * from './retry-after.ts';
export * from './retrying.ts';
