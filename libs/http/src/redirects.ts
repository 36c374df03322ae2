// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isHttp, publicAddress } from './address.ts';
import { HttpProblem } from './problem.ts';

/** One request on the way to an answer. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What of an answer says whether there is a further hop. */
export interface Turn {
  readonly status: number;
  readonly location: string | undefined;
}

/** What may be told to a server that the caller has not named; credentials never are. */
const HARMLESS = new Set(['accept', 'content-type', 'if-match', 'if-none-match', 'if-range', 'range', 'user-agent']);

const KEEPS_METHOD = new Set([307, 308]);
const SAFE_ONLY = new Set([301, 302, 303]);
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Where a redirect leads; undefined for an answer that is final. A changing call is followed only where the server
 * asks for the same call again (307, 308): turning it into a GET, as browsers do, would pass for success.
 *
 * @throws HttpProblem redirects, for one from https to http or to something that is not HTTP
 */
export function nextHop(hop: Hop, turn: Turn): Hop | undefined {
  if (turn.location === undefined || !isFollowed(hop.method, turn.status)) return undefined;
  const url = targetOf(hop, turn.location);
  if (hop.url.protocol === 'https:' && url.protocol !== 'https:') {
    throw new HttpProblem('redirects', hop, `redirected from https to ${publicAddress(url)}, which is not followed`);
  }
  return { ...hop, url, headers: isSameServer(hop.url, url) ? hop.headers : harmless(hop.headers) };
}

function isFollowed(method: string, status: number): boolean {
  return KEEPS_METHOD.has(status) || (SAFE_ONLY.has(status) && SAFE_METHODS.has(method));
}

function targetOf(hop: Hop, location: string): URL {
  const url = URL.canParse(location, hop.url) ? new URL(location, hop.url) : undefined;
  if (url !== undefined && isHttp(url)) return url;
  throw new HttpProblem('redirects', hop, 'redirected to something that is no http or https address');
}

/** The same host and port; from http to https on their usual ports, which are not written, too. */
function isSameServer(from: URL, to: URL): boolean {
  return from.hostname === to.hostname && from.port === to.port;
}

function harmless(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase())));
}
