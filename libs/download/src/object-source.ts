// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { gathered } from './gathered.ts';
import type { RangeSource } from './range-source.ts';

/** An object of a store, as whoever can read the store opens it. */
export interface StoredObject {
  readonly size: number;
  readonly etag: string;
  /** In lower-case hex, when the object bears it. */
  readonly md5sum?: string | undefined;
  /** The bytes from `start` on, of this very version. */
  read(start: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** An image in an object store; what opens it throws failures of a source. */
export function objectSource(options: {
  /** `s3://bucket/key`. */
  readonly address: string;
  readonly open: (signal: AbortSignal) => Promise<StoredObject>;
}): RangeSource {
  const { address } = options;
  return {
    place: address,
    identity: address,
    open: async ({ start, version, signal }) => {
      const ended = new AbortController();
      const bound = AbortSignal.any([signal, ended.signal]);
      const object = await options.open(bound);
      const { size, etag, md5sum } = object;
      const from = version === etag && start <= size ? start : 0;
      return {
        start: from,
        size,
        version: etag,
        md5: md5sum,
        body: from === size ? nothing() : gathered(object.read(from, bound)),
        close: () => {
          ended.abort();
        },
      };
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {
  // A range that begins at the end cannot be asked for.
}
