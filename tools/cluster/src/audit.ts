// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';

import type { Layout } from './layout.ts';

/** A call by which a pod has changed something, or tried to, as the API server has counted it. */
export interface Write {
  readonly verb: string;
  /** `pods`, `pods/status`, `events`. */
  readonly resource: string;
  /** The status of the answer. */
  readonly code: number;
}

/** What service accounts write, and nothing of what it says. https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1 */
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      userGroups: ['system:serviceaccounts'],
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
    },
    { level: 'None' },
  ],
};

/** The claim by which a token names the pod that it was made for. */
const POD_OF_TOKEN = 'authentication.kubernetes.io/pod-name';

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly extra?: Readonly<Record<string, readonly string[]>> };
  readonly objectRef?: { readonly resource: string; readonly subresource?: string; readonly namespace?: string };
  readonly responseStatus?: { readonly code: number };
}

const policyOf = ({ state }: Layout): string => `${state}/audit-policy.json`;
const logOf = ({ logs }: Layout): string => `${logs}/audit.jsonl`;

/** Writes down what the API server is to count; before it starts. */
export async function provideAuditPolicy(layout: Layout): Promise<void> {
  await writeFile(policyOf(layout), JSON.stringify(POLICY));
}

/** Each write is in the log before it is answered. */
export function auditArguments(layout: Layout): string[] {
  return [`--audit-policy-file=${policyOf(layout)}`, `--audit-log-path=${logOf(layout)}`, '--audit-log-mode=blocking'];
}

/** All that was written with tokens of a pod since the cluster came up. */
export async function writesOf(
  layout: Layout,
  pod: { readonly namespace: string; readonly name: string },
): Promise<Write[]> {
  const lines = (await readFile(logOf(layout), 'utf8')).split('\n').filter((line) => line !== '');
  return lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ user, objectRef }) => {
      return user.extra?.[POD_OF_TOKEN]?.includes(pod.name) === true && objectRef?.namespace === pod.namespace;
    })
    .map(({ verb, objectRef, responseStatus }) => ({
      verb,
      resource: [objectRef?.resource, objectRef?.subresource].filter((part) => part !== undefined).join('/'),
      code: responseStatus?.code ?? 0,
    }));
}
