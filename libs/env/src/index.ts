// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export * from './packing.ts';
export { nearest } from './nearest.ts';
export * from './parsers.ts';
export * from './read-environment.ts';
export * from './variables.ts';
