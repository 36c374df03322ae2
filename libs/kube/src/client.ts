// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';

import { shorten, VERSION } from '@ims/contract';
import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubeConfig,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';

import type { ApiAnswer, ApiCall, ApiClient } from './api-client.ts';
import { ApiRefusal } from './pod-api.ts';

/** Where the API server is and what it is spoken to with. */
export interface ClientOptions {
  readonly server: string;
  readonly caFile: string;
  readonly tokenFile: string;
}

const PROVIDER = 'mounted-token';

/**
 * Makes a client of the generic parts of the vendor's: its configuration, its TLS and its HTTP. The thousand classes of
 * its generated interface stay out of the bundle and out of memory, since three kinds of small bodies need none.
 */
export async function openClient(options: ClientOptions): Promise<ApiClient> {
  const config = configurationOf(options);
  const http = new IsomorphicFetchHttpLibrary();
  // The vendor's client makes a new connection pool for every request: one is kept, and made anew when it fails.
  let pool: ReturnType<RequestContext['getDispatcher']>;
  const drop = async (): Promise<void> => {
    const dropped = pool;
    pool = undefined;
    await dropped?.destroy();
  };
  return {
    call: async (call, signal) => {
      const request = requestOf(options.server, call, signal);
      try {
        await config.applySecurityAuthentication(request);
        pool ??= request.getDispatcher();
        if (pool !== undefined) request.setDispatcher(pool);
        const response = await http.send(request).toPromise();
        return await answerOf(response);
      } catch (error) {
        if (error instanceof ApiRefusal) throw error;
        await drop();
        throw new ApiRefusal('passing', `${options.server}: ${reasonOf(error)}`);
      }
    },
    close: drop,
  };
}

function configurationOf({ server, caFile, tokenFile }: ClientOptions): KubeConfig {
  const config = new KubeConfig();
  // The vendor's own reader of token files goes by the wall clock, which may be set back for hours.
  config.addAuthenticator({
    isAuthProvider: ({ authProvider }) => (authProvider as { name?: unknown } | undefined)?.name === PROVIDER,
    applyAuthentication: async (_user, request: { headers?: unknown }) => {
      request.headers = { Authorization: `Bearer ${await tokenIn(tokenFile)}` };
    },
  });
  config.loadFromClusterAndUser(
    { name: 'own', server, caFile, skipTLSVerify: false },
    { name: 'own', authProvider: { name: PROVIDER } },
  );
  return config;
}

/** The kubelet replaces the file before the token expires: it is read for every call, of which there are few. */
async function tokenIn(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8').catch(() => '')).trim();
  // A header that cannot be sent is quoted in the error that says so (H34).
  if (!/^[\w.~+/=-]+$/.test(token)) throw new ApiRefusal('passing', `${file} holds no token`);
  return token;
}

function requestOf(server: string, call: ApiCall, signal: AbortSignal): RequestContext {
  const request = new RequestContext(`${server}${call.path}`, HttpMethod[call.method]);
  request.setHeaderParam('Accept', 'application/json');
  request.setHeaderParam('User-Agent', `ims-agent/${VERSION}`);
  request.setSignal(signal);
  if (call.body !== undefined) {
    request.setHeaderParam('Content-Type', call.contentType ?? 'application/json');
    request.setBody(JSON.stringify(call.body));
  }
  return request;
}

async function answerOf(response: ResponseContext): Promise<ApiAnswer> {
  return {
    status: response.httpStatusCode,
    retryAfter: response.headers['retry-after'],
    text: await response.body.text(),
  };
}

/** Only what the system says of a connection is repeated: other errors may quote what they were given (H34). */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (!(cause instanceof Error) || typeof code !== 'string') return 'the call failed';
  return cause.message === '' ? code : shorten(cause.message, 200);
}
