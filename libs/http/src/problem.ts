// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { publicAddress } from './address.ts';

/**
 * How a call went wrong before there was a whole answer. `unreachable`: no connection, or it ended before an answer
 * began; `timed-out`: the call's deadline; `stalled`: no byte for a set time; `certificate`: the server is not
 * trusted; `cut-short`: the answer ended too early; `too-large`: it is larger than the caller takes; `redirects`: too
 * many of them, or one that leads to where we do not follow.
 */
export type HttpProblemKind =
  'unreachable' | 'timed-out' | 'stalled' | 'certificate' | 'cut-short' | 'too-large' | 'redirects';

/** Which call it was, as far as anybody may read it. */
export interface CallName {
  readonly method: string;
  readonly url: URL;
}

/**
 * A call without an answer. Its message names method, host and path, never a query, credentials or a header (H34);
 * it has no cause, because what sockets throw is neither readable nor ours to vouch for.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly kind: HttpProblemKind;

  constructor(kind: HttpProblemKind, call: CallName, what: string) {
    super(`${call.method} ${publicAddress(call.url)}: ${what}`);
    this.kind = kind;
  }
}

/** How far a call had come when it broke. */
export type Stage = 'before the answer' | 'within the answer';

const STAGES = { 'before the answer': 'unreachable', 'within the answer': 'cut-short' } as const;

/** What is told apart by its code; everything else by how far the call had come. */
const CODES: Readonly<Record<string, { readonly kind: HttpProblemKind; readonly what: string }>> = {
  HPE_HEADER_OVERFLOW: { kind: 'too-large', what: 'the headers of the answer are too large' },
  ECONNREFUSED: { kind: 'unreachable', what: 'connection refused' },
  ENOTFOUND: { kind: 'unreachable', what: 'the host name is not known' },
  EAI_AGAIN: { kind: 'unreachable', what: 'the host name cannot be looked up for now' },
  EHOSTUNREACH: { kind: 'unreachable', what: 'no route to the host' },
  ENETUNREACH: { kind: 'unreachable', what: 'no route to the network' },
  ERR_SSL_WRONG_VERSION_NUMBER: { kind: 'unreachable', what: 'the server does not speak TLS on this port' },
};

const PREMATURE = {
  'before the answer': 'the connection ended without an answer',
  'within the answer': 'the answer ended too early',
} as const;

// As OpenSSL and Node name them: DEPTH_ZERO_SELF_SIGNED_CERT, UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CERT_HAS_EXPIRED, …
const CERTIFICATE = /CERT|UNABLE_TO_VERIFY|CRL_/;

/** What a connection threw, as a problem; what has no code is no fault of a connection and passed on as it is. */
export function problemOf(error: unknown, call: CallName, stage: Stage): unknown {
  if (error instanceof HttpProblem) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const row = CODES[code];
  if (row !== undefined) return new HttpProblem(row.kind, call, `${row.what} (${code})`);
  if (CERTIFICATE.test(code)) {
    return new HttpProblem('certificate', call, `the certificate of the server is not trusted (${code})`);
  }
  return new HttpProblem(STAGES[stage], call, `${PREMATURE[stage]} (${code})`);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
