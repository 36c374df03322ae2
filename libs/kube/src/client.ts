// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';

import { VERSION } from '@ims/contract';
import { createHttp, HttpProblem, trustOnly, type Http } from '@ims/http';
import { retryAfterOf } from '@ims/retry';
import { KubeConfig } from '@kubernetes/client-node';

import type { ApiClient } from './api-client.ts';
import { ApiRefusal } from './pod-api.ts';

/** Where the API server is and what it is spoken to with. */
export interface ClientOptions {
  readonly server: string;
  readonly caFile: string;
  readonly tokenFile: string;
}

const PROVIDER = 'mounted-token';

/** No answer is awaited longer; callers have bounds of their own, which are shorter. */
const LONGEST_MS = 120_000;

/** A pod as it is answered may be as large as what etcd takes, and its escapes make it larger. */
const LARGEST_BYTES = 8 * 1024 * 1024;

/**
 * Makes a client of the vendor's configuration and our own HTTP. The vendor's calls go by a second HTTP client of a
 * megabyte, partly WebAssembly, and a thousand generated classes: too much memory for three kinds of small bodies.
 */
export async function openClient(options: ClientOptions): Promise<ApiClient> {
  const config = configurationOf(options);
  let http: Http | undefined;
  const drop = async (): Promise<void> => {
    const dropped = http;
    http = undefined;
    await dropped?.close();
  };
  return {
    call: async ({ method, path, contentType = 'application/json', body }, signal) => {
      try {
        const { ca, headers } = await securityOf(config);
        http ??= createHttp({
          trust: trustOnly(ca),
          userAgent: `ims-agent/${VERSION}`,
          keepsConnections: true,
        });
        const {
          status,
          headers: answered,
          text,
        } = await http.request({
          method,
          url: `${options.server}${path}`,
          headers: {
            ...headers,
            accept: 'application/json',
            ...(body !== undefined && { 'content-type': contentType }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          deadlineMs: LONGEST_MS,
          maxBytes: LARGEST_BYTES,
          signal,
        });
        return { status, retryAfterMs: retryAfterOf(answered), text };
      } catch (error) {
        if (error instanceof ApiRefusal) throw error;
        // A connection that is kept may be the one that has gone, and the CA may be a new one.
        await drop();
        throw new ApiRefusal('passing', reasonOf(error, options));
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

/** What the vendor's configuration says of TLS and credentials, as Node's HTTPS takes it. */
async function securityOf(config: KubeConfig): Promise<{ ca: string[]; headers: Readonly<Record<string, string>> }> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { ca: [String(options.ca)], headers: options.headers as Readonly<Record<string, string>> };
}

/** Only what is known of a connection is repeated: other errors may quote what they were given (H34). */
function reasonOf(error: unknown, { server }: ClientOptions): string {
  return error instanceof HttpProblem ? error.message : `${server}: the call failed`;
}
