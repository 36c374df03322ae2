// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { commission } from '../publishing/base-image.ts';
import { finds, secretsOf } from '../publishing/sight.ts';
import { describeJobs } from './bench.ts';
import { startPodJob } from './pod-job.ts';
import { shownByKubectl } from './shown.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

describeJobs('what kubectl shows of a job', 'shown', (bench) => {
  /** A job that says all it can, with its shell open, and what it must not say. */
  const open = async () => {
    const world = await bench().startWorld();
    const { job: commissioned, base } = await commission(world);
    const url = await world.presign(base.key);
    const values = { job: { jail: true, logLevel: 'DEBUG' }, source: { url, md5: base.md5 } };
    const job = await startPodJob(bench(), { world, job: commissioned, values });
    const pod = await job.shellReady();
    const inAgent = ['exec', pod.metadata.name, '--container', 'agent', '--'];
    const token = (await bench().namespace.kubectl([...inAgent, 'cat', ACCOUNT])).trim();
    const look = async (): Promise<readonly string[]> =>
      finds([token, ...secretsOf(world, url)], await shownByKubectl(bench().namespace, job.name));
    return { world, job, pod, look, inAgent };
  };

  it('H34 is no key, token, client secret or signature, in no annotation, event, log or specification', async () => {
    const { job, look } = await open();
    expect(await look()).toEqual([]);
    expect(await job.ssh('touch /tmp/complete')).toMatchObject({ code: 0 });
    expect(await job.ended('Complete')).toBe('CompletionsReached');
    expect(await look()).toEqual([]);
    // There was something to be seen.
    const shown = await shownByKubectl(bench().namespace, job.name);
    expect(shown.get('logs')).toMatch(/"level":"debug"/);
    expect(shown.get('events')).toContain('Succeeded');
    expect(shown.get('pods')).toContain('ims.cray.com/manifest');
  });

  it('H34 is looked through in full: a secret that was planted there is found', async () => {
    const { world, job, pod, look, inAgent } = await open();
    const { kubectl, name: namespace } = bench().namespace;
    const { name } = pod.metadata;
    const secret = world.objects.secretKey;
    const [clientSecret = ''] = world.secrets();
    await kubectl([...inAgent, 'sh', '-c', `echo Basic ${btoa(`admin-client:${clientSecret}`)} > /proc/1/fd/1`]);
    await kubectl(['annotate', 'pod', name, `planted={"key":"${encodeURIComponent(secret)}"}`]);
    await kubectl(['create', '-f', '-'], JSON.stringify(eventOn({ namespace, name }, `with ${secret}`)));
    await expect.poll(look, { timeout: 30_000 }).toEqual(['pods', 'events', 'logs']);
    expect(await job.ssh('touch /tmp/failed')).toMatchObject({ code: 0 });
    expect(await job.ended('Failed')).toBe('PodFailurePolicy');
  });
});

function eventOn(pod: { readonly namespace: string; readonly name: string }, message: string): object {
  const involvedObject = { apiVersion: 'v1', kind: 'Pod', ...pod };
  return { apiVersion: 'v1', kind: 'Event', metadata: { generateName: 'planted-' }, involvedObject, message };
}
