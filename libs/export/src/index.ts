// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { exitCodeOf, runExport } from './export.ts';
export type * from './ports.ts';
export { resumePoint, type ResumePoint } from './resume.ts';
export type { ExportSettings, ExportState, Goal } from './states.ts';
export type { EarlierStatus } from './status.ts';
