// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';

import { readAccess, SERVER } from './kubeconfig.ts';
import type { Layout } from './layout.ts';

/** What the API server said. */
interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An object that the API server is asked to keep. */
export interface Sent {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

const PATIENCE_MS = 5000;

/** Asks the API server as its admin. */
export async function ask(layout: Layout, sent: Sent | string): Promise<Answer> {
  const { method, path, body } = typeof sent === 'string' ? { method: 'GET', path: sent, body: undefined } : sent;
  const { authority, tokens } = await readAccess(layout);
  return await new Promise((resolve, reject) => {
    const asked = request(
      `${SERVER}${path}`,
      {
        method,
        ca: authority,
        // A kept connection would outlive the API server that a test stops.
        agent: false,
        timeout: PATIENCE_MS,
        headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
      },
      (response: IncomingMessage) => {
        text(response).then((said) => resolve({ status: response.statusCode ?? 0, body: said }), reject);
      },
    );
    asked.once('timeout', () => asked.destroy(new Error(`no answer to ${path} within ${String(PATIENCE_MS)} ms`)));
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

interface Conditions {
  readonly items?: readonly {
    readonly status?: { readonly conditions?: readonly { type: string; status: string; message?: string }[] };
  }[];
}

/** Undefined when every node is ready, otherwise why not. */
export async function nodeProblem(layout: Layout): Promise<string | undefined> {
  const { status, body } = await ask(layout, '/api/v1/nodes');
  if (status !== 200) return `the API server answered ${String(status)}`;
  return problemOf(JSON.parse(body) as Conditions);
}

/** Undefined when a list of nodes has a node and all are ready, otherwise what keeps one from it. */
export function problemOf(nodes: Conditions): string | undefined {
  const conditions = (nodes.items ?? []).map((node) => node.status?.conditions?.find(({ type }) => type === 'Ready'));
  if (conditions.length === 0) return 'the node has not registered yet';
  const unready = conditions.find((condition) => condition?.status !== 'True');
  return conditions.every((condition) => condition?.status === 'True')
    ? undefined
    : (unready?.message ?? 'the node has not said yet whether it is ready');
}
