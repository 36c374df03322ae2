// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Where in an exchange a connection breaks or falls silent. */
export type Moment =
  /** The request is not forwarded. */
  | 'before'
  /** Part of the request's body has been forwarded. */
  | 'during'
  /** The target has the whole request and has answered; the client hears nothing of it. */
  | 'after'
  /** Part of the response has been passed on. */
  | 'response';

/** In whose words an error is told. */
export type Dialect = 'plain' | 'problem' | 's3' | 'html';

/** What a fault can be told; each reads what concerns it. */
export interface FaultOptions {
  /** `reset`, `stall`: `before` when left out. */
  readonly when?: Moment;
  /** `500`, `503`, `403`, `answer`: what the request itself speaks when left out, S3 or problem+json. */
  readonly dialect?: Dialect;
  /** The same in the words of S3: the code, the usual one of the status when left out. */
  readonly code?: string;
  /** `500`, `503`, `403`, `answer`: the header Retry-After; none when left out. */
  readonly retryAfter?: number | string;
  /** `lying-200`: the body, a page of HTML when left out. `answer`: instead of the words of the dialect. */
  readonly body?: string;
  /** `answer`: 502 when left out. */
  readonly status?: number;
  /** `500`, `503`, `403`, `answer`: further headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Bytes of a body that pass before the fault: half of it when left out and its length is known, else what comes
   * first. A response without a body breaks in the midst of its headers.
   */
  readonly afterBytes?: number;
  /** `slow-drip`: which way drips; the response when left out. */
  readonly direction?: 'request' | 'response';
  /** `slow-drip`: bytes in a drop, 16 when left out. */
  readonly dropBytes?: number;
  /** `slow-drip`: milliseconds between drops, 5 when left out. */
  readonly everyMs?: number;
  /** `duplicate`: which of the two answers the client gets; the first when left out. */
  readonly answer?: 'first' | 'second';
}
