// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** How a pod knows itself and its API server; values of the environment. */
export interface PodPlace {
  /** `KUBERNETES_SERVICE_HOST`; without one there is no cluster. */
  readonly host: string | undefined;
  /** `KUBERNETES_SERVICE_PORT` */
  readonly port: number;
  /** The directory with `token`, `ca.crt` and `namespace`. */
  readonly serviceAccountDirectory: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly uid: string | undefined;
}

/** The pod that this program runs in, and its API server. */
export interface OwnPod {
  readonly server: string;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string | undefined;
  /** The service account, when the token says which. */
  readonly account: string | undefined;
}

/**
 * Finds out which pod this is: what the environment says wins, then what the token was made for, then the host name
 * and the namespace beside the token. Gives a sentence when there is no cluster, or nothing to speak to it with.
 */
export async function findOwnPod(place: PodPlace): Promise<OwnPod | string> {
  const { host, port, serviceAccountDirectory: directory } = place;
  if (host === undefined) return 'this is no pod of Kubernetes (KUBERNETES_SERVICE_HOST is not set)';
  const tokenFile = `${directory}/token`;
  const token = await textOf(tokenFile);
  if (token === undefined) return `no token of a service account can be read at ${tokenFile}`;
  const claims = claimsOf(token);
  const namespace = place.namespace ?? claims.namespace ?? (await textOf(`${directory}/namespace`));
  if (namespace === undefined) return `nobody says in which namespace the pod is (set IMS_POD_NAMESPACE)`;
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
    tokenFile,
    caFile: `${directory}/ca.crt`,
    name: place.name ?? claims.pod ?? hostname(),
    namespace,
    uid: place.uid ?? claims.uid,
    account: claims.account,
  };
}

/** What a token bound to a pod says about it. */
interface Claims {
  readonly namespace?: string | undefined;
  readonly pod?: string | undefined;
  readonly uid?: string | undefined;
  readonly account?: string | undefined;
}

// Whether it is genuine is for the API server to say: here it only tells which pod to ask for.
function claimsOf(token: string): Claims {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const bound = memberOf(payload, 'kubernetes.io');
    const pod = memberOf(bound, 'pod');
    return {
      namespace: textIn(bound, 'namespace'),
      pod: textIn(pod, 'name'),
      uid: textIn(pod, 'uid'),
      account: textIn(memberOf(bound, 'serviceaccount'), 'name'),
    };
  } catch {
    return {};
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textIn(value: unknown, name: string): string | undefined {
  const member = memberOf(value, name);
  return typeof member === 'string' && member !== '' ? member : undefined;
}

async function textOf(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}
