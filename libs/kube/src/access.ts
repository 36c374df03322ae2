// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { REQUIRED_PERMISSIONS, type PermissionRow } from '@ims/contract';
import { withDeadline } from '@ims/runtime';

import { refusalOf } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { asRefusal } from './calls.ts';
import { openClient } from './client-later.ts';
import { findOwnPod, type OwnPod, type PodPlace } from './own-pod.ts';

/** Something that the service account of the pod may not do. */
export interface MissingPermission {
  readonly permission: PermissionRow;
  readonly verbs: readonly string[];
  /** The command by which an administrator grants all of the row. */
  readonly command: string;
}

/** What an access check found. */
export type Access =
  | { readonly kind: 'no-cluster' | 'unreachable'; readonly why: string }
  | {
      readonly kind: 'checked';
      readonly pod: string;
      readonly namespace: string;
      readonly missing: readonly MissingPermission[];
    };

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const TIMEOUT_MS = 15_000;

/** Asks the API server for every permission that the agent needs whether the pod has it; changes nothing. Never throws. */
export async function checkAccess(place: PodPlace, timeoutMs = TIMEOUT_MS): Promise<Access> {
  const pod = await findOwnPod(place);
  if (typeof pod === 'string') return { kind: 'no-cluster', why: pod };
  try {
    const client = await openClient(pod);
    try {
      const missing = await withDeadline(
        { ms: timeoutMs, what: 'asking the API server for our permissions' },
        async (signal) => await missingOf(pod, client, signal),
      );
      return { kind: 'checked', pod: pod.name, namespace: pod.namespace, missing };
    } finally {
      await client.close();
    }
  } catch (error) {
    return { kind: 'unreachable', why: asRefusal(error).message };
  }
}

async function missingOf(pod: OwnPod, client: ApiClient, signal: AbortSignal): Promise<MissingPermission[]> {
  const rows: readonly PermissionRow[] = REQUIRED_PERMISSIONS;
  const missing: MissingPermission[] = [];
  for (const permission of rows) {
    const verbs: string[] = [];
    for (const verb of permission.verbs) {
      if (!(await isAllowed({ pod, permission, verb }, client, signal))) verbs.push(verb);
    }
    if (verbs.length > 0) missing.push({ permission, verbs, command: commandFor(permission, pod) });
  }
  return missing;
}

async function isAllowed(
  asked: { readonly pod: OwnPod; readonly permission: PermissionRow; readonly verb: string },
  client: ApiClient,
  signal: AbortSignal,
): Promise<boolean> {
  const { pod, permission, verb } = asked;
  const { group } = permission;
  const [resource, subresource] = permission.resource.split('/');
  const ofPod = resource === 'pods' ? { name: pod.name } : {};
  const resourceAttributes = { namespace: pod.namespace, verb, group, resource, subresource, ...ofPod };
  const answer = await client.call(
    {
      method: 'POST',
      path: REVIEWS,
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
    },
    signal,
  );
  if (answer.status !== 201 && answer.status !== 200) throw refusalOf(answer);
  return (JSON.parse(answer.text) as { status?: { allowed?: unknown } }).status?.allowed === true;
}

function commandFor({ group, resource, verbs }: PermissionRow, { namespace, account }: OwnPod): string {
  const name = `ims-agent-${resource.replace('/', '-')}`;
  const kubectl = `kubectl --namespace ${namespace} create`;
  const full = group === '' ? resource : `${resource}.${group}`;
  const who = `--serviceaccount ${namespace}:${account ?? 'default'}`;
  return [
    `${kubectl} role ${name} --verb ${verbs.join(',')} --resource ${full}`,
    `${kubectl} rolebinding ${name} --role ${name} ${who}`,
  ].join(' && ');
}
