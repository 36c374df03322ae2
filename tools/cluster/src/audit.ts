// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';

import type { Layout } from './layout.ts';

/** A call of a pod to the API server, as that has counted it. */
export interface Call {
  readonly verb: string;
  /** `pods`, `pods/status`, `events`; empty for an address that is no resource. */
  readonly resource: string;
  /** The status of the answer. */
  readonly code: number;
}

/** The verbs by which something is changed, or tried to be. */
const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** The verbs by which something is looked at; a watch counts when it begins and when it ends. */
const READS = ['get', 'list', 'watch'];

/**
 * What service accounts ask for, and nothing of what it says; those of Kubernetes itself ask all the time.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1 */
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'], verbs: [...WRITES, ...READS] },
    { level: 'None' },
  ],
};

/** The claim by which a token names the pod that it was made for. */
const POD_OF_TOKEN = 'authentication.kubernetes.io/pod-name';

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code: number };
}

const policyOf = ({ state }: Layout): string => `${state}/audit-policy.json`;
const logOf = ({ logs }: Layout): string => `${logs}/audit.jsonl`;

/** Writes down what the API server is to count; before it starts. */
export async function provideAuditPolicy(layout: Layout): Promise<void> {
  await writeFile(policyOf(layout), JSON.stringify(POLICY));
}

/** Each call is in the log before it is answered. */
export function auditArguments(layout: Layout): string[] {
  return [`--audit-policy-file=${policyOf(layout)}`, `--audit-log-path=${logOf(layout)}`, '--audit-log-mode=blocking'];
}

/** The pod whose tokens are looked for. */
interface Caller {
  readonly namespace: string;
  readonly name: string;
}

/** All that was written with tokens of a pod since the cluster came up. */
export async function writesOf(layout: Layout, pod: Caller): Promise<Call[]> {
  return (await callsOf(layout, pod)).filter(({ verb }) => WRITES.includes(verb));
}

/**
 * All that was read with them.
 *
 * @throws Error when the cluster is up since before reads were counted: that there are none would be no proof
 */
export async function readsOf(layout: Layout, pod: Caller): Promise<Call[]> {
  if ((await readFile(policyOf(layout), 'utf8')) !== JSON.stringify(POLICY))
    throw new Error(
      'another version of this source has brought the cluster up, which counts other calls: npm run cluster -- down',
    );
  return (await callsOf(layout, pod)).filter(({ verb }) => READS.includes(verb));
}

async function callsOf(layout: Layout, pod: Caller): Promise<Call[]> {
  const lines = (await readFile(logOf(layout), 'utf8')).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ user: { username, extra } }) => {
      const isOfNamespace = username.startsWith(`system:serviceaccount:${pod.namespace}:`);
      return isOfNamespace && extra?.[POD_OF_TOKEN]?.includes(pod.name) === true;
    })
    .map(({ verb, objectRef, responseStatus }) => ({
      verb,
      resource: [objectRef?.resource, objectRef?.subresource].filter((part) => part !== undefined).join('/'),
      code: responseStatus?.code ?? 0,
    }));
}
