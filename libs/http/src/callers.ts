// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';

import type { Agents } from './agents.ts';
import type { Body } from './opened.ts';
import { connectDirect } from './direct.ts';
import type { Hop } from './redirects.ts';
import type { Trust } from './trust.ts';

/** A request that is yet to be ended, and what takes the body of its answer. */
interface Call {
  readonly request: ClientRequest;
  /** Has to be called while the `response` event is emitted. */
  readonly takeBody: (answer: IncomingMessage) => Body;
}

/** Begins a request, which the signal ends. */
export type Caller = (hop: Hop, signal: AbortSignal) => Call;

/** Calls over the connections of a client, for small answers. */
export function callPooled({ plain, tls }: Agents): Caller {
  return (hop, signal) => ({
    request: requestOf(hop)(hop.url, { ...sent(hop, signal), agent: isTls(hop) ? tls : plain }),
    takeBody: (answer) => answer,
  });
}

/** Calls over a connection that is made for the one answer, which may be large. */
export function callDirect(trust: Trust): Caller {
  return (hop, signal) => {
    const { stream, takeBody } = connectDirect(hop.url, trust);
    // Without an agent Node does not know the usual port, which a signed address leaves out of `Host`.
    const options = { defaultPort: isTls(hop) ? 443 : 80, createConnection: () => stream };
    return { request: requestOf(hop)(hop.url, { ...sent(hop, signal), ...options }), takeBody };
  };
}

function isTls({ url }: Hop): boolean {
  return url.protocol === 'https:';
}

function requestOf(hop: Hop): typeof requestPlain {
  return isTls(hop) ? requestTls : requestPlain;
}

function sent(
  { method, headers }: Hop,
  signal: AbortSignal,
): Pick<Hop, 'method' | 'headers'> & { signal: AbortSignal } {
  return { method, headers, signal };
}
