// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import * as oauth from 'oauth4webapi';

import { HttpProblem, plainLine, type Http } from '@ims/http';
import { AnsweredFailure, retryAfterOf, retrying, type RetryPolicy } from '@ims/retry';
import { Failure, systemClock, type Clock, type Logger } from '@ims/runtime';
import type { OauthConfig } from './oauth-config.ts';
import { isHopeless } from './verdict.ts';

/** What a token source is made of. */
export interface TokenSourceOptions {
  readonly http: Http;
  /** Asked for before each token, so that a secret that was put right or rotated is used. */
  readonly config: () => Promise<OauthConfig>;
  /** One request takes no longer, in milliseconds. */
  readonly deadlineMs: number;
  /** How often a token server that does not answer is asked again before TokenUnavailable. */
  readonly retry: RetryPolicy;
  readonly logger: Logger;
  readonly clock?: Pick<Clock, 'monotonic' | 'sleep'>;
}

/** Gives bearer tokens. */
export interface TokenSource {
  /**
   * A token that is good for some time yet; callers at the same time share one request.
   *
   * @throws Failure TokenRefused, TokenUnavailable, ConfigurationInvalid
   */
  token(signal: AbortSignal): Promise<string>;
  /** Says that a token was not accepted: the next one is a new one. */
  reject(token: string): void;
}

interface Held {
  readonly token: string;
  /** On the monotonic clock. */
  readonly renewAt: number;
}

/** A request for a token, and how many wait for it: the last one that leaves ends it. */
interface Asking {
  readonly answer: Promise<Held>;
  readonly over: AbortController;
  waiting: number;
}

/** What is left of a token's life when it is renewed: room for a call that is slow to arrive. */
const MARGIN_MS = 30_000;
const USUAL_LIFE_S = 60;

/** Makes a source of tokens by OAuth2 client credentials (reference §6.3). */
export function createTokenSource(options: TokenSourceOptions): TokenSource {
  const clock = options.clock ?? systemClock;
  let held: Held | undefined;
  let asking: Asking | undefined;
  const ask = async (signal: AbortSignal): Promise<Held> => {
    const begun = clock.monotonic();
    const { access_token: token, expires_in: life = USUAL_LIFE_S } = await fetchPatiently(options, signal);
    // A token that lives shorter than the margin is used for half its life.
    held = { token, renewAt: begun + Math.max(life * 1000 - MARGIN_MS, life * 500) };
    return held;
  };
  const begin = (): Asking => {
    const over = new AbortController();
    return { answer: ask(over.signal), over, waiting: 0 };
  };
  const leave = (left: Asking): void => {
    left.waiting -= 1;
    if (left.waiting > 0) return;
    if (asking === left) asking = undefined;
    left.over.abort(new Error('nobody waits for the token any more'));
  };
  return {
    token: async (signal) => {
      if (held !== undefined && clock.monotonic() < held.renewAt) return held.token;
      asking ??= begin();
      const shared = asking;
      shared.waiting += 1;
      try {
        return (await abortable(shared.answer, signal)).token;
      } finally {
        leave(shared);
      }
    },
    reject: (token) => {
      if (held?.token === token) held = undefined;
    },
  };
}

// The request is shared: one caller that leaves does not end it for the others.
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  promise.catch(() => undefined);
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

async function fetchPatiently(options: TokenSourceOptions, signal: AbortSignal): Promise<oauth.TokenEndpointResponse> {
  return await retrying(
    {
      what: 'asking for a token',
      policy: options.retry,
      isTransient: (error) => error instanceof Failure && error.reason === 'TokenUnavailable' && !isHopeless(error),
      signal,
      logger: options.logger,
      clock: options.clock,
    },
    async () => await fetchToken(options, signal),
  );
}

async function fetchToken(options: TokenSourceOptions, signal: AbortSignal): Promise<oauth.TokenEndpointResponse> {
  const config = await options.config();
  const server = { issuer: new URL(config.endpoint).origin, token_endpoint: config.endpoint };
  const client = { client_id: config.clientId };
  let retryAfterMs: number | undefined;
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(config.clientSecret),
      {},
      {
        [oauth.customFetch]: async (url, { headers, body }) => {
          const response = await post(options, { url, headers, body, signal });
          retryAfterMs = retryAfterOf(Object.fromEntries(response.headers));
          return response;
        },
        // Whether plain HTTP may be used is decided when the program starts, see refusePlainHttp.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out, not to be removed
        [oauth.allowInsecureRequests]: true,
      },
    );
    return await oauth.processClientCredentialsResponse(server, client, response);
  } catch (error) {
    throw tokenFailure(error, config, retryAfterMs);
  }
}

interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: URLSearchParams;
  readonly signal: AbortSignal;
}

async function post({ http, deadlineMs }: TokenSourceOptions, { url, headers, body, signal }: Post): Promise<Response> {
  const call = { method: 'POST', url, headers, body: body.toString(), deadlineMs, signal } as const;
  const { status, headers: answered, text } = await http.request(call);
  const isBare = status < 200 || [204, 205, 304].includes(status);
  return new Response(isBare ? null : text, { status: Math.max(status, 200), headers: { ...answered } });
}

const TRUST_ADVICE = "give the CA's certificate in CA_CERT, or mend the certificate of the server, then resume the job";

/** Errors and statuses of the token server that say nothing about the client id and secret. */
const TRANSIENT_ERRORS = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);
const TRANSIENT_STATUSES = new Set([408, 425, 429]);

function isTransient({ status, error }: { readonly status: number; readonly error?: string }): boolean {
  return status >= 500 || TRANSIENT_STATUSES.has(status) || (error !== undefined && TRANSIENT_ERRORS.has(error));
}

/** What the library makes of an answer without a token. */
const ANSWERED = [oauth.OperationProcessingError, oauth.ResponseBodyError, oauth.WWWAuthenticateChallengeError];

// What the library throws holds the answer, and with it perhaps a token: nothing of it becomes a cause (H34).
function tokenFailure(error: unknown, { endpoint }: OauthConfig, retryAfterMs: number | undefined): unknown {
  const { host, pathname } = new URL(endpoint);
  const server = `the token server ${host}${pathname}`;
  if (error instanceof oauth.ResponseBodyError && !isTransient(error)) {
    const more = error.error_description === undefined ? '' : `: ${plainLine(error.error_description)}`;
    return new Failure('TokenRefused', `${server} refuses the client: ${plainLine(error.error)}${more}`);
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError && !isTransient(error)) {
    return new Failure('TokenRefused', `${server} refuses the client with ${String(error.status)}`);
  }
  if (error instanceof HttpProblem) {
    // What people have to mend is told by its cause; of anything else the message says all.
    const cause = error.kind === 'certificate' ? { cause: error, advice: TRUST_ADVICE } : {};
    return new Failure('TokenUnavailable', `no token: ${error.message}`, cause);
  }
  if (!ANSWERED.some((kind) => error instanceof kind)) return error;
  const said = error instanceof Error ? plainLine(error.message) : '';
  return new AnsweredFailure('TokenUnavailable', `${server} gave no token: ${said}`, { retryAfterMs });
}
