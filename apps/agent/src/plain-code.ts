// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setFlagsFromString } from 'node:v8';

/** The compilers whose code is fast, and larger than what it is made of. */
const COMPILERS = ['opt', 'maglev'] as const;

/**
 * Runs JavaScript without optimising it until disposed of: what waits for hours has no use for fast code, which would
 * take 8 MiB. On the command line the same flags would make Node reject its own compiled modules and ours, 20 ms of each
 * start. They are given back at the end, since compiled code is kept together with the flags of that moment.
 */
export function preferPlainCode(): Disposable {
  for (const name of COMPILERS) setFlagsFromString(`--no-${name}`);
  return {
    [Symbol.dispose]: () => {
      for (const name of COMPILERS) setFlagsFromString(`--${name}`);
    },
  };
}
