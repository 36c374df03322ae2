// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, rename, writeFile } from 'node:fs/promises';

import {
  createCertificates,
  startWebServer,
  temporaryDirectory,
  type WebAnswer,
  type WebRequest,
  type WebServer,
} from '@ims/testing';

import type { PodPlace } from '../../src/own-pod.ts';

/** What a test looks at in an object of Kubernetes. */
export type Json = Readonly<Record<string, unknown>>;

/** A server that plays the part of the API that is used, over TLS. */
export interface FakeCluster extends WebServer {
  /** The environment of the pod `ims-1` in the namespace `ims`. */
  readonly place: PodPlace;
  readonly requests: WebRequest[];
  readonly pod: { uid: string; annotations: Record<string, string>; conditions: Json[] };
  readonly events: Map<string, Json>;
  /** What may not be done: `patch pods/status`. */
  readonly forbidden: Set<string>;
  /** Instead of the answer, in order. */
  readonly answers: ((request: WebRequest) => Promise<WebAnswer> | WebAnswer)[];
  /** The tokens that are accepted. */
  readonly tokens: Set<string>;
  /** Puts a token where the kubelet would, in one step. */
  writeToken(token: string): Promise<void>;
}

/** Starts a cluster; it goes with the test. */
export async function startFakeCluster(): Promise<FakeCluster> {
  const certificates = await createCertificates();
  const directory = `${await temporaryDirectory('service-account')}/mount`;
  await mkdir(directory);
  await writeFile(`${directory}/ca.crt`, certificates.ca);
  await writeFile(`${directory}/namespace`, 'ims');
  const state = {
    requests: [] as WebRequest[],
    pod: { uid: 'u1', annotations: { 'example.com/theirs': 'stays' }, conditions: [{ type: 'Ready', status: 'True' }] },
    events: new Map<string, Json>(),
    forbidden: new Set<string>(),
    answers: [] as FakeCluster['answers'],
    tokens: new Set(['secret-token-1']),
  };
  const server = await startWebServer({
    tls: certificates,
    answer: async (request) => {
      state.requests.push(request);
      const instead = state.answers.shift();
      return await (instead === undefined ? answer(state, request) : instead(request));
    },
  });
  const writeToken = async (token: string): Promise<void> => {
    await writeFile(`${directory}/token.new`, token);
    await rename(`${directory}/token.new`, `${directory}/token`);
  };
  await writeToken('secret-token-1');
  const { hostname, port } = new URL(server.origin);
  const place = {
    host: hostname,
    port: Number(port),
    serviceAccountDirectory: directory,
    name: 'ims-1',
    namespace: 'ims',
    uid: 'u1',
  };
  return Object.assign(server, state, { place, writeToken });
}

/** An error in the shape that the API has. */
export function failure(status: number, message: string, extra: Json = {}): WebAnswer {
  return { status, body: JSON.stringify({ kind: 'Status', status: 'Failure', code: status, message, ...extra }) };
}

type Served = Pick<FakeCluster, 'pod' | 'events' | 'forbidden' | 'tokens'>;

const POD = '/api/v1/namespaces/ims/pods/ims-1';
const ROUTES: Readonly<Record<string, (served: Served, request: WebRequest) => WebAnswer>> = {
  [`GET ${POD}`]: shownPod,
  [`PATCH ${POD}`]: patched,
  [`PATCH ${POD}/status`]: patched,
  'POST /apis/events.k8s.io/v1/namespaces/ims/events': created,
  'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews': reviewed,
};

function answer(served: Served, request: WebRequest): WebAnswer {
  const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
  if (!served.tokens.has(token)) return failure(401, 'Unauthorized');
  const [, resource = ''] = /(pods\/status|pods|events)(?:\/ims-1)?$/.exec(
    request.path.replace('ims-1/status', 'status'),
  ) ?? [undefined, ''];
  const verb = { GET: 'get', PATCH: 'patch' }[request.method] ?? 'create';
  if (served.forbidden.has(`${verb} ${resource}`)) return failure(403, `${resource} is forbidden: cannot ${verb}`);
  const route = ROUTES[`${request.method} ${request.path}`];
  return route === undefined ? failure(404, 'the server could not find it') : route(served, request);
}

function shownPod({ pod }: Served): WebAnswer {
  const { uid, annotations, conditions } = pod;
  return {
    status: 200,
    body: JSON.stringify({ metadata: { uid, annotations, generation: 2 }, status: { conditions } }),
  };
}

function patched(served: Served, request: WebRequest): WebAnswer {
  const { pod } = served;
  const { metadata, status } = JSON.parse(request.body.toString()) as {
    metadata: { uid: string; annotations?: Record<string, string | null> };
    status?: { conditions: Json[] };
  };
  if (metadata.uid !== pod.uid) {
    return failure(422, 'Pod "ims-1" is invalid: metadata.uid: field is immutable', {
      details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }] },
    });
  }
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    if (value === null) Reflect.deleteProperty(pod.annotations, key);
    else pod.annotations[key] = value;
  }
  const changed = status?.conditions ?? [];
  const types = changed.map(({ type }) => type);
  pod.conditions = [...pod.conditions.filter(({ type }) => !types.includes(type)), ...changed];
  return shownPod(served);
}

function created({ events }: Served, request: WebRequest): WebAnswer {
  const event = JSON.parse(request.body.toString()) as Json & { metadata: { name: string } };
  const { name } = event.metadata;
  if (events.has(name)) return failure(409, `events "${name}" already exists`, { reason: 'AlreadyExists' });
  events.set(name, event);
  return { status: 201, body: request.body.toString() };
}

function reviewed({ forbidden }: Served, request: WebRequest): WebAnswer {
  const review = JSON.parse(request.body.toString()) as {
    spec: { resourceAttributes: { verb: string; resource: string; subresource?: string } };
  };
  const { verb, resource, subresource } = review.spec.resourceAttributes;
  const what = `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
  return { status: 201, body: JSON.stringify({ ...review, status: { allowed: !forbidden.has(what) } }) };
}
