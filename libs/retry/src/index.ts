// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export * from './retry-after.ts';
export * from './retrying.ts';
