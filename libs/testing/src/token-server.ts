// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';

import { startWebServer, type ServerTls, type WebAnswer, type WebRequest, type WebServer } from './web-server.ts';

/** How a token server is started. */
export interface TokenServerOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long a token is good for. */
  readonly lifetimeSeconds: number;
  readonly tls?: ServerTls | undefined;
  /** Milliseconds; the system's clock when left out. */
  readonly now?: () => number;
}

/** One request for a token: never what it was asked with. */
export interface TokenRequest {
  readonly status: number;
  readonly grantType: string | undefined;
  readonly at: number;
}

/** A token server: client credentials of RFC 6749, as Keycloak answers them. */
export interface TokenServer extends Omit<WebServer, 'origin'> {
  /** The full address of the token endpoint. */
  readonly url: string;
  /** All that were issued, the oldest first. */
  readonly tokens: readonly string[];
  readonly requests: readonly TokenRequest[];
  isValid(token: string): boolean;
  /** Makes all tokens so far worthless, whatever their lifetime. */
  revokeAll(): void;
}

const PATH = '/keycloak/realms/shasta/protocol/openid-connect/token';
const FORM = 'application/x-www-form-urlencoded';

/**
 * Starts a token server that stops with the test.
 *
 * @example
 * const tokens = await startTokenServer({ clientId: 'admin-client', clientSecret: 'secret', lifetimeSeconds: 300 });
 * const ims = await startFakeIms({ tokens });
 */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const now = options.now ?? Date.now;
  const tokens: string[] = [];
  const requests: TokenRequest[] = [];
  const ends = new Map<string, number>();
  const issue = (): WebAnswer => {
    const token = randomBytes(32).toString('base64url');
    tokens.push(token);
    ends.set(token, now() + options.lifetimeSeconds * 1000);
    return json(200, {
      access_token: token,
      expires_in: options.lifetimeSeconds,
      refresh_expires_in: 0,
      token_type: 'Bearer',
      'not-before-policy': 0,
      scope: 'email profile',
    });
  };
  const { origin, ...server } = await startWebServer({
    tls: options.tls,
    answer: async (request) => {
      const answer = refusalOf(request, options) ?? issue();
      const grantType = formOf(request).get('grant_type') ?? undefined;
      requests.push({ status: answer.status, grantType, at: now() });
      return answer;
    },
  });
  return {
    ...server,
    url: `${origin}${PATH}`,
    tokens,
    requests,
    isValid: (token) => (ends.get(token) ?? 0) > now(),
    revokeAll: () => {
      ends.clear();
    },
  };
}

/** The rules of RFC 6749 in the order in which they are looked at. */
const RULES: readonly {
  readonly broken: (request: WebRequest, client: TokenServerOptions) => boolean;
  readonly answer: WebAnswer;
}[] = [
  { broken: ({ path }) => path !== PATH, answer: json(404, { error: 'no such resource' }) },
  { broken: ({ method }) => method !== 'POST', answer: json(405, { error: 'HTTP 405 Method Not Allowed' }) },
  { broken: ({ headers }) => mediaType(headers['content-type']) !== FORM, answer: json(415, { error: 'not a form' }) },
  { broken: (request) => formOf(request).getAll('grant_type').length !== 1, answer: refusal('invalid_request') },
  {
    broken: (request, client) => !isClient(request.headers.authorization, client),
    answer: {
      ...json(401, { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' }),
      headers: { 'Content-Type': 'application/json', 'WWW-Authenticate': 'Basic realm="shasta"' },
    },
  },
  {
    broken: (request) => formOf(request).get('grant_type') !== 'client_credentials',
    answer: refusal('unsupported_grant_type'),
  },
];

function refusalOf(request: WebRequest, client: TokenServerOptions): WebAnswer | undefined {
  return RULES.find(({ broken }) => broken(request, client))?.answer;
}

function refusal(error: string): WebAnswer {
  return json(400, { error, error_description: `refused: ${error}` });
}

function json(status: number, body: object): WebAnswer {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', Pragma: 'no-cache' };
  return { status, headers, body: JSON.stringify(body) };
}

function formOf({ body }: WebRequest): URLSearchParams {
  return new URLSearchParams(body.toString('utf8'));
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Both halves are form-encoded before they are joined (RFC 6749 §2.3.1). */
function isClient(header: string | undefined, client: TokenServerOptions): boolean {
  const encoded = /^basic (?<credentials>[A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.groups?.['credentials'] ?? '';
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return decoded(id) === client.clientId && decoded(secret) === client.clientSecret;
}

function decoded(text: string): string {
  return new URLSearchParams(`value=${text.replaceAll('&', '%26')}`).get('value') ?? '';
}
