// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { combineReporters } from './combine-reporters.ts';
export { createStatusFile, type StatusFile, type StatusFileOptions } from './status-file.ts';
export { createTerminationMessage, type TerminationMessageOptions } from './termination-message.ts';
