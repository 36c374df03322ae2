// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { startCluster } from '@ims/cluster';
import { checkAccess, createPodReporter, type PodPlace } from '@ims/kube';
import { cleanUp, eventually, recordingLogger, temporaryDirectory } from '@ims/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { agentOf, apiServerOf, createPod, type Agent } from './agent.ts';
import type { Answer } from './ask.ts';
import { openNamespace, type Namespace } from './namespace.ts';
import { describeOnCluster } from './suite.ts';
import { waiting } from './waiting.ts';

let namespace: Namespace;
let directory = '';
let own: Agent;

afterEach(cleanUp);

/** A change of a pod, as kubectl is asked for it. */
interface Change {
  readonly pod?: string;
  readonly subresource?: 'status';
  readonly type?: 'merge' | 'strategic' | 'json';
  readonly patch: unknown;
}

async function change(agent: Agent, { pod = 'own', subresource, type = 'merge', patch }: Change): Promise<Answer> {
  const at = subresource === undefined ? [] : ['--subresource', subresource];
  return await agent.kubectl(['patch', 'pod', pod, ...at, '--type', type, '--patch', JSON.stringify(patch)]);
}

const annotate = (annotations: object): Change => ({ patch: { metadata: { annotations } } });
const condition = (conditions: readonly object[]): Change => ({
  subresource: 'status',
  type: 'strategic',
  patch: { status: { conditions } },
});

describeOnCluster('a token of an agent', () => {
  beforeAll(async () => {
    directory = await mkdtemp(`${tmpdir()}/ims-policy-`);
    namespace = await openNamespace(await startCluster(), 'policy');
    await namespace.install('ims-buildenv');
    for (const pod of ['own', 'other', 'reported']) await createPod(namespace, pod);
    own = await agentOf(namespace, 'own', directory);
    // The API server takes a moment until it heeds a new policy. What changes nothing is never refused.
    let tries = 0;
    await eventually(async () => (await change(own, annotate({ 'example.com/p': String((tries += 1)) }))).code !== 0);
  }, 600_000);

  afterAll(async () => {
    await namespace[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }, 120_000);

  it.each<[string, Change]>([
    ['annotations with the prefix', annotate({ 'ims.cray.com/phase': 'Starting', 'ims.cray.com/reason': 'x' })],
    ['their removal', annotate({ 'ims.cray.com/reason': null })],
    ['conditions with the prefix', condition([{ type: 'ims.cray.com/ShellReady', status: 'True', reason: 'x' }])],
    ['a change of one', condition([{ type: 'ims.cray.com/ShellReady', status: 'False', reason: 'y' }])],
    ['their removal', condition([{ type: 'ims.cray.com/ShellReady', $patch: 'delete' }])],
  ])('H32 may change its own pod: %s', async (_what, wanted) => {
    expect(await change(own, wanted)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each<[string, Change, string]>([
    ['a foreign annotation', annotate({ 'example.com/owner': 'me' }), 'annotations that begin with ims.cray.com/'],
    ['a new foreign annotation', annotate({ 'example.com/x': 'me' }), 'annotations that begin with ims.cray.com/'],
    ['the removal of one', annotate({ 'example.com/owner': null }), 'annotations that begin with ims.cray.com/'],
    ['one that only looks like ours', annotate({ 'ims.cray.com.example/x': 'y' }), 'annotations that begin'],
    ['one of ours beside a foreign one', annotate({ 'ims.cray.com/phase': 'x', y: 'z' }), 'annotations that begin'],
    ['a label', { patch: { metadata: { labels: { app: 'else' } } } }, "nothing of a pod's metadata"],
    ['a label with the prefix', { patch: { metadata: { labels: { 'ims.cray.com/x': 'y' } } } }, "a pod's metadata"],
    ['the removal of its labels', { patch: { metadata: { labels: null } } }, "a pod's metadata"],
    ['a finalizer', { patch: { metadata: { finalizers: ['example.com/stay'] } } }, "a pod's metadata"],
    [
      'its image',
      { type: 'strategic', patch: { spec: { containers: [{ name: 'main', image: 'x' }] } } },
      "a pod's spec",
    ],
    ['its deadline', { patch: { spec: { activeDeadlineSeconds: 1 } } }, "a pod's spec"],
    ['its gate', { patch: { spec: { schedulingGates: [] } } }, "a pod's spec"],
    ['its phase', { subresource: 'status', patch: { status: { phase: 'Succeeded' } } }, 'but conditions'],
    [
      'its address',
      { subresource: 'status', patch: { status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] } } },
      'but conditions',
    ],
    [
      'a label by its status',
      { subresource: 'status', patch: { metadata: { labels: { app: 'x' } } } },
      "a pod's metadata",
    ],
    [
      'a foreign annotation by its status',
      { subresource: 'status', patch: { metadata: { annotations: { a: 'b' } } } },
      'annotations that begin',
    ],
    ['a condition of others', condition([{ type: 'PodScheduled', status: 'True' }]), 'conditions that begin with'],
    ['a new one that is not ours', condition([{ type: 'Ready', status: 'True' }]), 'conditions that begin with'],
    [
      'the removal of one of others',
      condition([{ type: 'PodScheduled', $patch: 'delete' }]),
      'conditions that begin with',
    ],
    [
      'all conditions at once',
      { subresource: 'status', patch: { status: { conditions: [] } } },
      'conditions that begin with',
    ],
    [
      'another pod',
      { ...annotate({ 'ims.cray.com/phase': 'x' }), pod: 'other' },
      'its own pod only, and this token is bound to own',
    ],
    [
      'a condition of another pod',
      { ...condition([{ type: 'ims.cray.com/Finished', status: 'True' }]), pod: 'other' },
      'its own pod only',
    ],
  ])('H32 is refused: %s', async (_what, wanted, why) => {
    const { code, stderr } = await change(own, wanted);
    expect(code).not.toBe(0);
    expect(stderr).toContain(why);
    expect(stderr).toContain('forbidden');
  });

  it('H32 that is bound to no pod is worth nothing', async () => {
    const unbound = await agentOf(namespace, undefined, directory);
    const { stderr } = await change(unbound, annotate({ 'ims.cray.com/phase': 'x' }));
    expect(stderr).toContain('this token is bound to none');
  });

  it.each([
    ['list', 'pods'],
    ['delete', 'pods'],
    ['create', 'pods'],
    ['create', 'pods/exec'],
    ['get', 'pods/log'],
    ['get', 'secrets'],
    ['get', 'configmaps'],
    ['patch', 'jobs.batch'],
    ['create', 'serviceaccounts/token'],
  ])('H32 has no right to %s %s', async (verb, resource) => {
    const [kind = '', subresource = ''] = resource.split('/');
    const { stdout } = await own.kubectl(['auth', 'can-i', verb, kind, '--subresource', subresource]);
    expect(stdout.trim()).toBe('no');
  });

  it.each([
    ['tells events of its own pod', {}, undefined],
    ['H32 may not tell events of another pod', { pod: 'other' }, 'events of its own pod only'],
    ['H32 may not tell events in the name of others', { controller: 'kubelet' }, 'as ims.cray.com/agent only'],
  ])(
    '%s',
    async (_what, { pod = 'own', controller = 'ims.cray.com/agent' }: { pod?: string; controller?: string }, why) => {
      const uid = await namespace.kubectl(['get', 'pod', pod, '--output', 'jsonpath={.metadata.uid}']);
      const event = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { generateName: 'test-', namespace: namespace.name },
        eventTime: '2026-11-23T05:40:11.000000Z',
        reportingController: controller,
        reportingInstance: 'own',
        action: 'Starting',
        reason: 'Starting',
        type: 'Normal',
        regarding: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace: namespace.name, uid },
      };
      const file = `${await temporaryDirectory('event')}/event.json`;
      await writeFile(file, JSON.stringify(event));
      const { code, stderr } = await own.kubectl(['create', '--validate=false', '--filename', file]);
      if (why === undefined) expect(stderr).toBe('');
      else expect(stderr).toContain(why);
      expect(code === 0).toBe(why === undefined);
    },
  );

  it('lets the reporter of the agent say all that it has to say', async () => {
    const place = await placeOf('reported');
    expect(await checkAccess(place)).toMatchObject({ kind: 'checked', pod: 'reported', missing: [] });
    const logger = recordingLogger();
    const reporter = createPodReporter({ place, logger });
    reporter.report(waiting());
    await reporter.flush();
    expect(logger.entries.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    const pod = JSON.parse(await namespace.kubectl(['get', 'pod', 'reported', '--output', 'json'])) as {
      metadata: { annotations: Record<string, string> };
      status: { conditions: { type: string; status: string }[] };
    };
    expect(pod.metadata.annotations).toMatchObject({
      'ims.cray.com/phase': 'WaitingOnUser',
      'example.com/owner': 'somebody',
    });
    const told = Object.fromEntries(pod.status.conditions.map(({ type, status }) => [type, status]));
    expect(told).toMatchObject({
      'ims.cray.com/ShellReady': 'True',
      'ims.cray.com/Finished': 'False',
      PodScheduled: 'False',
    });
    const events = await namespace.kubectl(['events', '--for', 'pod/reported']);
    expect(events).toContain('WaitingOnUser');
  });
});

/** What a pod finds in its environment and its mounts. */
async function placeOf(name: string): Promise<PodPlace> {
  const { token } = await agentOf(namespace, name, directory);
  const { address, authority } = await apiServerOf(namespace);
  const serviceAccountDirectory = await temporaryDirectory('service-account');
  await writeFile(`${serviceAccountDirectory}/token`, token);
  await writeFile(`${serviceAccountDirectory}/ca.crt`, authority ?? '');
  const port = Number(address.port === '' ? '443' : address.port);
  return {
    host: address.hostname,
    port,
    serviceAccountDirectory,
    name: undefined,
    namespace: undefined,
    uid: undefined,
  };
}
