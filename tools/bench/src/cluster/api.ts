// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

/** The API server as the administrator of a cluster sees it. */
export interface Api {
  readonly server: URL;
  /** The certificate of its authority, PEM. */
  readonly authority: string;
  /** Rejects for whatever is no success; a PATCH is a merge patch. */
  call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** Tells of every change below a path, with the moment when it was seen, until the benchmark or `stop` ends it. */
  watch<T>(path: string, see: (change: Change<T>) => void): Promise<{ stop(): void }>;
}

/** One line of a watch. */
export interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  readonly at: number;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
}

/** Reads a kubeconfig of our own cluster, which is JSON. */
export async function openApi(kubeconfig: string): Promise<Api> {
  const { clusters, users } = JSON.parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const [{ cluster }] = clusters;
  const authority = Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8');
  const agent = new Agent({ keepAlive: true, ca: authority, maxSockets: 8 });
  const headers = { authorization: `Bearer ${users[0].user.token}`, accept: 'application/json' };
  const ask = async (method: string, path: string, body?: unknown): Promise<IncomingMessage> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    // A watch has a connection to itself.
    const own = path.includes('watch=1') ? { agent: new Agent({ ca: authority }) } : { agent };
    const asked = request(`${cluster.server}${path}`, {
      method,
      ...own,
      headers: { ...headers, 'content-type': type },
    });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    if ((answer.statusCode ?? 0) < 300) return answer;
    throw new Error(`${method} ${path} was answered with ${String(answer.statusCode)}: ${await text(answer)}`);
  };
  return {
    server: new URL(cluster.server),
    authority,
    call: async <T>(method: string, path: string, body?: unknown) =>
      JSON.parse(await text(await ask(method, path, body))) as T,
    watch: async (path, see) => {
      const answer = await ask('GET', `${path}?watch=1`);
      answer.on('error', () => undefined);
      createInterface({ input: answer }).on('line', (line) => {
        see({ ...(JSON.parse(line) as Omit<Change<never>, 'at'>), at: performance.now() });
      });
      return { stop: () => void answer.destroy() };
    },
  };
}
