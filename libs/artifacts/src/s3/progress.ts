// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { OnProgress } from '@ims/export';

/** Bytes that several parts move at once, told as one growing number. */
export interface Progress {
  add(bytes: number): void;
}

/** Tells progress that never passes the size. */
export function createProgress(size: number, onProgress: OnProgress): Progress {
  let done = 0;
  return {
    add: (bytes) => {
      done = Math.min(size, done + bytes);
      onProgress(done, size);
    },
  };
}
