// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setFlagsFromString } from 'node:v8';

/**
 * Runs JavaScript without optimising it from now on: what waits for days has no use for fast code, which would take 8 MiB.
 * Called when everything is loaded: under these flags V8 rejects the compiled code that comes with Node's own modules
 * (docs/adr/0020-plain-code-while-waiting.md).
 */
export function preferPlainCode(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
}
