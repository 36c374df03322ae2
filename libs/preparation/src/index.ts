// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export type * from './ports.ts';
export { exitCodeOf, runPreparation, type PreparationRun } from './prepare.ts';
export type { PreparationSettings, PreparationState } from './states.ts';
