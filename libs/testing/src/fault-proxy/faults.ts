// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { answerAlone, bodyOf, headersOf, refuse } from './answers.ts';
import { breakAt, cutAnswer } from './breaks.ts';
import type { Exchange } from './exchange.ts';
import type { FaultOptions } from './options.ts';
import { deliverOther, deliverTwice, drip } from './passing.ts';

/** What becomes of a request that meets a fault. */
export type Fault = (exchange: Exchange, options: FaultOptions) => Promise<void>;

/** The name of a fault. */
export type FaultName =
  | '500'
  | '503'
  | '403'
  | 'reset'
  | 'stall'
  | 'half-close'
  | 'truncated-body'
  | 'lying-200'
  | 'answer'
  | 'slow-drip'
  | 'duplicate'
  | 'corrupt';

/** The faults that a test can set; a matrix iterates over them. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  /** The request is read, not forwarded, and refused. */
  '500': async (exchange, options) => await refuse(exchange, 500, options),
  '503': async (exchange, options) => await refuse(exchange, 503, options),
  '403': async (exchange, options) => await refuse(exchange, 403, options),
  /** The connection breaks (RST). */
  reset: async (exchange, options) => {
    await breakAt(exchange, options);
    exchange.abandon();
    exchange.reset();
  },
  /** The connection stays and nothing comes any more, until the client leaves or the proxy is stopped. */
  stall: breakAt,
  /** Part of the response, then FIN; the other direction stays open. */
  'half-close': async (exchange, options) => {
    await cutAnswer(exchange, options);
    exchange.request.socket.end();
  },
  /** The right length and fewer bytes, then the connection is closed. */
  'truncated-body': async (exchange, options) => {
    await cutAnswer(exchange, options);
    exchange.request.socket.destroySoon();
  },
  /** The request is read and not forwarded, and the client is told that all is well. */
  'lying-200': async (exchange, options) => {
    await answerAlone(exchange, { status: 200, type: 'text/html', text: options.body ?? PORTAL_PAGE });
  },
  /** The request is read, not forwarded, and answered as the test wants: in words of a gateway, or of the server. */
  answer: async (exchange, options) => {
    const { status = 502, body } = options;
    if (body === undefined) await refuse(exchange, status, options);
    else await answerAlone(exchange, { status, headers: headersOf(options), ...bodyOf(body) });
  },
  /** A few bytes at a time. */
  'slow-drip': drip,
  /** The target gets the request twice, one after the other; the client gets one answer, after both. */
  duplicate: deliverTwice,
  /** The first byte of the request's body becomes another one on its way. */
  corrupt: deliverOther,
};

/** A page such as an ingress or a login portal puts in the place of everything. */
const PORTAL_PAGE = '<!DOCTYPE html><html><body><h1>Welcome</h1><p>Please log in.</p></body></html>\n';
