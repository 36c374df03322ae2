// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Hop } from './redirects.ts';

/** The bytes of an answer; each piece is good until the next one is asked for. */
export interface Body extends AsyncIterable<Uint8Array> {
  /** Ends the connection. */
  destroy(): unknown;
}

/** An answer whose body is yet to be read. */
export interface Opened {
  /** The call that was answered, after redirects. */
  readonly hop: Hop;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}
