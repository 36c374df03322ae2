// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from '@ims/contract';
import { cleanUp, createCertificates, eventually, onCleanup, recordingLogger } from '@ims/testing';
import type { RecordingLogger } from '@ims/testing';
import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { openClient } from '../src/client-later.ts';
import { createPodApi } from '../src/http-pod-api.ts';
import { createPodReporter, type PodReporter } from '../src/index.ts';
import { findOwnPod, type PodPlace } from '../src/own-pod.ts';
import type { ApiRefusal, PodApi, Write } from '../src/pod-api.ts';
import { failure, startFakeCluster, type FakeCluster } from './support/fake-cluster.ts';
import { createStory } from './support/story.ts';

afterEach(cleanUp);

const never = new AbortController().signal;
const PAST = 'Thu, 01 Jan 1970 00:00:00 GMT';
const WHEN = new Date('2026-11-23T05:40:11.250Z');
const ANNOTATE: Write = { kind: 'annotations', uid: 'u1', patch: { 'ims.cray.com/phase': 'Starting' }, isMinor: false };
const EVENT: Write = {
  kind: 'event',
  uid: 'u1',
  event: {
    type: 'Normal',
    reason: 'Starting',
    action: 'Starting',
    note: 'n',
    id: 'a1',
    when: WHEN,
    count: 1,
    tells: {},
  },
};

async function openApi(place: PodPlace): Promise<PodApi> {
  const pod = await findOwnPod(place);
  if (typeof pod === 'string') throw new Error(pod);
  const client = await openClient(pod);
  onCleanup(async () => {
    await client.close();
  });
  return createPodApi(pod, client);
}

async function refusalOf(work: Promise<unknown>): Promise<ApiRefusal> {
  return await work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as ApiRefusal,
  );
}

function openReporter(cluster: FakeCluster): {
  readonly reporter: PodReporter;
  readonly logger: RecordingLogger;
  readonly enter: (phase: JobStatus['phase']) => void;
} {
  const logger = recordingLogger();
  const reporter = createPodReporter({ place: cluster.place, logger, flushMs: 30_000 });
  onCleanup(async () => {
    await reporter[Symbol.asyncDispose]();
  });
  const story = createStory(() => new Date());
  return {
    reporter,
    logger,
    enter: (phase) => {
      reporter.report(story.enter(phase));
    },
  };
}

describe('the calls', () => {
  it('are those of the API: a merge patch with the uid, a patch that keeps the conditions of others, an event', async () => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    expect(await api.read(never)).toMatchObject({
      uid: 'u1',
      generation: 2,
      annotations: { 'example.com/theirs': 'stays' },
    });
    await api.write(ANNOTATE, never);
    const condition = { type: 'ims.cray.com/Finished', status: 'False', reason: 'R', message: '' } as const;
    const conditions = [{ ...condition, lastTransitionTime: '2026-11-23T05:40:11Z' }];
    await api.write({ kind: 'conditions', uid: 'u1', generation: 2, conditions }, never);
    await api.write(EVENT, never);
    expect(
      cluster.requests.map(({ method, path, headers }) => `${method} ${path} ${headers['content-type'] ?? ''}`.trim()),
    ).toEqual([
      'GET /api/v1/namespaces/ims/pods/ims-1',
      'PATCH /api/v1/namespaces/ims/pods/ims-1 application/merge-patch+json',
      'PATCH /api/v1/namespaces/ims/pods/ims-1/status application/strategic-merge-patch+json',
      'POST /apis/events.k8s.io/v1/namespaces/ims/events application/json',
    ]);
    expect(JSON.parse(String(cluster.requests[1]?.body))).toEqual({
      metadata: { uid: 'u1', annotations: { 'ims.cray.com/phase': 'Starting' } },
    });
    expect(JSON.parse(String(cluster.requests[2]?.body))).toEqual({
      metadata: { uid: 'u1' },
      status: { conditions: [{ ...conditions[0], observedGeneration: 2 }] },
    });
    expect(cluster.requests[1]?.query.get('fieldManager')).toBe('ims-agent');
    expect(cluster.requests[1]?.headers['user-agent']).toMatch(/^ims-agent\/\d/);
    expect(cluster.events.get('ims-1.a1')).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'ims-1.a1', namespace: 'ims' },
      eventTime: '2026-11-23T05:40:11.250000Z',
      reportingController: 'ims.cray.com/agent',
      reportingInstance: 'ims-1',
      regarding: { apiVersion: 'v1', kind: 'Pod', name: 'ims-1', namespace: 'ims', uid: 'u1' },
      type: 'Normal',
      reason: 'Starting',
      action: 'Starting',
      note: 'n',
    });
  });

  it('tell a repeated event as a series, and one whose answer was lost not twice', async () => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    const repeated: Write = { ...EVENT, event: { ...EVENT.event, count: 5, id: 'b2' } };
    await api.write(repeated, never);
    await api.write(repeated, never);
    expect([...cluster.events.values()]).toMatchObject([
      { series: { count: 5, lastObservedTime: '2026-11-23T05:40:11.250000Z' } },
    ]);
  });

  const causes = { details: { causes: [{ field: 'metadata.uid' }] } };
  it.each([
    ['a conflict', failure(409, 'the object has been modified'), { kind: 'passing', retryAfterMs: undefined }],
    ['the uid of another pod', failure(409, 'Precondition failed: UID in precondition: u1, …: u2'), { kind: 'gone' }],
    ['a uid that would change', failure(422, 'is invalid', causes), { kind: 'gone' }],
    ['an invalid object', failure(422, 'is invalid', { details: null }), { kind: 'rejected' }],
    ['no such pod', failure(404, 'pods "ims-1" not found'), { kind: 'gone' }],
    ['a missing right', failure(403, 'pods "ims-1" is forbidden'), { kind: 'forbidden' }],
    ['a token that is not accepted', failure(401, 'Unauthorized'), { kind: 'passing', retryAfterMs: undefined }],
    [
      'too many requests',
      { ...failure(429, 'slowly'), headers: { 'retry-after': '7' } },
      { kind: 'passing', retryAfterMs: 7000 },
    ],
    [
      'a date that is past',
      { ...failure(429, 'slowly'), headers: { 'retry-after': PAST } },
      { kind: 'passing', retryAfterMs: undefined },
    ],
    [
      'a time that is none',
      { ...failure(503, 'later'), headers: { 'retry-after': 'soon' } },
      { kind: 'passing', retryAfterMs: undefined },
    ],
    [
      'the page of a proxy',
      { status: 502, body: '<html>Bad Gateway</html>' },
      { kind: 'passing', retryAfterMs: undefined },
    ],
    ['nothing at all', { status: 400, body: '' }, { kind: 'rejected' }],
  ] as const)('that are answered with %s are refused', async (_what, answer, expected) => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    cluster.answers.push(() => answer);
    expect(await refusalOf(api.write(ANNOTATE, never))).toMatchObject(expected);
  });

  it('that find no pod give no event up for good', async () => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    cluster.answers.push(() => failure(404, 'namespaces "ims" not found'));
    expect(await refusalOf(api.write(EVENT, never))).toMatchObject({ kind: 'rejected' });
  });

  it('that are cut off, refused or never answered may work later, on a new connection', async () => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    cluster.answers.push(() => {
      throw new Error('cut off');
    });
    expect(await refusalOf(api.write(ANNOTATE, never))).toMatchObject({ kind: 'passing' });
    await cluster.pause('refused');
    const refused = await refusalOf(api.write(ANNOTATE, never));
    expect(refused.message).toMatch(
      /^PATCH https:\/\/127\.0\.0\.1:\d+\/api\/v1\/\S+: connection refused \(ECONNREFUSED\)$/,
    );
    await cluster.resume();
    await cluster.pause('silent');
    await refusalOf(api.write(ANNOTATE, AbortSignal.timeout(20)));
    await cluster.resume();
    await api.write(ANNOTATE, never);
    expect(cluster.pod.annotations).toMatchObject({ 'ims.cray.com/phase': 'Starting' });
  });

  it('carry the token as it is in the file at that time', async () => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    await api.write(ANNOTATE, never);
    cluster.tokens.clear();
    cluster.tokens.add('secret-token-2');
    expect(await refusalOf(api.write(ANNOTATE, never))).toMatchObject({ kind: 'passing', message: '401 Unauthorized' });
    await cluster.writeToken('secret-token-2\n');
    await api.write(ANNOTATE, never);
  });

  it('H33 go to no server that our authority does not vouch for', async () => {
    const cluster = await startFakeCluster();
    const other = await createCertificates();
    await writeFile(`${cluster.place.serviceAccountDirectory}/ca.crt`, other.ca);
    const api = await openApi(cluster.place);
    expect((await refusalOf(api.write(ANNOTATE, never))).kind).toBe('passing');
    expect(cluster.requests).toEqual([]);
  });

  it('H34 never name the token, however malformed it is or whatever goes wrong', async () => {
    const cluster = await startFakeCluster();
    const api = await openApi(cluster.place);
    const seen: string[] = [];
    const note = async (): Promise<void> => {
      const refusal = await refusalOf(api.write(ANNOTATE, never));
      seen.push(refusal.message, refusal.stack ?? '', JSON.stringify(refusal), String(refusal.cause));
    };
    await cluster.writeToken('secret-token\nof two lines');
    await note();
    await cluster.writeToken('secret-€');
    await note();
    await cluster.writeToken('secret-token-9');
    await note();
    await cluster.pause('refused');
    await note();
    expect(seen.join('\n')).toContain('holds no token');
    expect(seen.join('\n')).not.toMatch(/secret|€|Bearer /);
  });
});

describe('a reporter on a pod', () => {
  it('shows a job with few calls, and leaves alone what is not ours', async () => {
    const cluster = await startFakeCluster();
    const { reporter, enter, logger } = openReporter(cluster);
    enter('Starting');
    await eventually(() => cluster.events.size === 1);
    enter('Succeeded');
    await reporter.flush();
    expect(cluster.pod.annotations).toMatchObject({ 'example.com/theirs': 'stays', 'ims.cray.com/phase': 'Succeeded' });
    expect(cluster.pod.conditions.map(({ type, status }) => `${String(type)} ${String(status)}`)).toEqual([
      'Ready True',
      'ims.cray.com/ShellReady False',
      'ims.cray.com/ImageRegistered True',
      'ims.cray.com/Finished True',
    ]);
    expect(cluster.requests.length).toBe(7);
    expect(logger.messages()).toEqual([]);
  });

  it('survives a restart of the API server', async () => {
    const cluster = await startFakeCluster();
    const { reporter, enter, logger } = openReporter(cluster);
    enter('Starting');
    await eventually(() => cluster.events.size === 1);
    await cluster.pause('refused');
    enter('Failed');
    await eventually(() => logger.messages('warn').length === 1);
    await cluster.resume();
    await reporter.flush();
    expect(cluster.pod.annotations['ims.cray.com/phase']).toBe('Failed');
    expect(cluster.events.size).toBe(2);
  });

  it('goes on when its rights are taken away in the middle, and says so once for each', async () => {
    const cluster = await startFakeCluster();
    const { reporter, enter, logger } = openReporter(cluster);
    enter('Starting');
    await eventually(() => cluster.events.size === 1);
    for (const right of ['patch pods', 'patch pods/status', 'create events']) cluster.forbidden.add(right);
    enter('Failed');
    await reporter.flush();
    expect(logger.messages('warn').length).toBe(3);
    expect(logger.messages('warn')[0]).toBe(
      'the pod cannot be annotated; the job goes on: 403 pods is forbidden: cannot patch; `ims-agent check` names the command that grants it',
    );
  });

  it('H32 leaves a new pod of the same name alone', async () => {
    const cluster = await startFakeCluster();
    const { reporter, enter, logger } = openReporter(cluster);
    enter('Starting');
    await eventually(() => cluster.events.size === 1);
    cluster.pod.uid = 'u2';
    cluster.pod.annotations = {};
    enter('Failed');
    await reporter.flush();
    expect(cluster.pod.annotations).toEqual({});
    expect(cluster.events.size).toBe(1);
    expect(logger.messages()).toEqual([expect.stringMatching(/^the pod cannot be annotated; the job goes on: 422 /)]);
  });

  it('where there is no cluster says so once and loads no client', async () => {
    const logger = recordingLogger();
    const place = { host: undefined, port: 443, serviceAccountDirectory: '/nowhere' };
    await using reporter = createPodReporter({
      place: { ...place, name: undefined, namespace: undefined, uid: undefined },
      logger,
    });
    reporter.report(createStory(() => new Date()).enter('Starting'));
    await reporter.flush();
    expect(logger.messages()).toEqual([expect.stringMatching(/this is no pod of Kubernetes/)]);
  });
});
