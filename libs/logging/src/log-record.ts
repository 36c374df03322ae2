// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One record of a log. */
export type LogRecord = Readonly<Record<string, unknown>>;
