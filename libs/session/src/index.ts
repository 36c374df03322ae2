// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export type * from './ports.ts';
export { exitCodeOf, runSession } from './session.ts';
export type { Ending, SessionSettings } from './states.ts';
