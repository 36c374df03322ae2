// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { KUBERNETES_PREFIX, REPORTING_CONTROLLER, REQUIRED_PERMISSIONS } from '@ims/contract';
import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { helm, only, refusal, render, type KubernetesObject } from './charts.ts';
import { customize, type JobObject } from './job-object.ts';

afterEach(cleanUp);

interface Role extends KubernetesObject {
  readonly kind: 'Role';
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

interface NetworkPolicy extends KubernetesObject {
  readonly kind: 'NetworkPolicy';
  readonly spec: { readonly ingress: readonly unknown[] };
}

function agentRole(objects: readonly KubernetesObject[]): Role {
  return only<Role>(
    objects.filter(({ metadata }) => metadata.name === 'ims-agent'),
    'Role',
  );
}

const EVERYTHING = { launcher: { create: true }, podMonitor: { enabled: true } };

interface PodMonitor extends KubernetesObject {
  readonly kind: 'PodMonitor';
  readonly spec: { readonly podMetricsEndpoints: readonly unknown[] };
}

const SSH = { ports: [{ protocol: 'TCP', port: 22 }] };
const METRICS = { ports: [{ protocol: 'TCP', port: 'metrics' }] };

describe('the chart of the surroundings', () => {
  it('is clean to helm lint', async () => {
    expect(await helm('ims-buildenv', EVERYTHING, ['lint', '--strict'])).toContain('0 chart(s) failed');
  });

  it('allows the agent what it needs and nothing else', async () => {
    const { rules } = agentRole(await render('ims-buildenv', {}));
    const allowed = rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.map((resource) => ({ group, resource, verbs }))),
    );
    expect(allowed).toEqual(REQUIRED_PERMISSIONS.map(({ group, resource, verbs }) => ({ group, resource, verbs })));
  });

  it('puts a token into no container by itself', async () => {
    const accounts = (await render('ims-buildenv', EVERYTHING)).filter(({ kind }) => kind === 'ServiceAccount');
    expect(accounts).toHaveLength(2);
    for (const account of accounts) expect(account).toHaveProperty('automountServiceAccountToken', false);
  });

  it('H32 confines every account of agents, in the words of the contract', async () => {
    const names = ['ims-agent', 'ims-service-job-mount'];
    const objects = await render('ims-buildenv', { serviceAccounts: { names } });
    const policies = objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['pods.ims-agent.ims', 'events.ims-agent.ims']);
    for (const policy of policies) {
      const text = JSON.stringify(policy);
      for (const name of names) expect(text).toContain(`'system:serviceaccount:ims:${name}'`);
      expect(text).toContain('"failurePolicy":"Fail"');
    }
    const [pods, events] = policies.map((policy) => JSON.stringify(policy));
    expect(pods).toContain(`startsWith('${KUBERNETES_PREFIX}')`);
    expect(events).toContain(`== '${REPORTING_CONTROLLER}'`);
  });

  it('H31 keeps the pods of jobs from the credentials of the machine that they run on', async () => {
    const policy = JSON.stringify(only(await render('ims-buildenv', {}), 'NetworkPolicy'));
    expect(policy).toContain('"cidr":"0.0.0.0/0","except":["169.254.169.254/32"]');
    expect(policy).toContain('"cidr":"::/0","except":["fd00:ec2::254/128"]');
  });

  it.each([
    ['anybody', {}, undefined],
    [
      'whom the values name',
      { ingressFrom: [{ ipBlock: { cidr: '10.1.0.0/16' } }] },
      [{ ipBlock: { cidr: '10.1.0.0/16' } }],
    ],
  ])('lets %s reach port 22 of a job, and nobody anything else of it', async (_who, networkPolicy, from) => {
    const { spec } = only<NetworkPolicy>(await render('ims-buildenv', { networkPolicy }), 'NetworkPolicy');
    const port = { protocol: 'TCP', port: 22 };
    expect(spec).toMatchObject({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'ims-job' } },
      policyTypes: ['Ingress', 'Egress'],
    });
    expect(spec.ingress).toEqual([from === undefined ? { ports: [port] } : { ports: [port], from }]);
  });

  it('is not read by Prometheus unless it is told so', async () => {
    const objects = await render('ims-buildenv', {});
    expect(objects.map(({ kind }) => kind)).not.toContain('PodMonitor');
    expect(only<NetworkPolicy>(objects, 'NetworkPolicy').spec.ingress).toEqual([SSH]);
  });

  it('has a monitor of the pods of jobs that finds the port by its name and takes little from it', async () => {
    const podMonitor = { enabled: true, labels: { release: 'prometheus', yes: 'true' }, interval: '1m30s' };
    const { metadata, spec } = only<PodMonitor>(await render('ims-buildenv', { podMonitor }), 'PodMonitor');
    expect(metadata.labels).toMatchObject({
      release: 'prometheus',
      yes: 'true',
      'app.kubernetes.io/name': 'ims-buildenv',
    });
    expect(spec).toMatchObject({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'ims-job' } },
      ...{ sampleLimit: 200, bodySizeLimit: '64KB' },
    });
    expect(spec.podMetricsEndpoints).toEqual([{ port: 'metrics', interval: '1m30s', followRedirects: false }]);
  });

  it('selects with it what the chart of a job makes', async () => {
    const { spec } = only<JobObject>(await render('ims-job', customize({ metrics: { enabled: true } })), 'Job');
    expect(spec.template.metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'ims-job' });
  });

  it.each([
    ['everybody', {}, METRICS],
    ['whom the values name', { from: [{ podSelector: {} }] }, { ...METRICS, from: [{ podSelector: {} }] }],
  ])('then lets %s reach that port, beside the one of the shell', async (_who, values, rule) => {
    const podMonitor = { enabled: true, ...values };
    const networkPolicy = { ingressFrom: [{ ipBlock: { cidr: '10.1.0.0/16' } }] };
    const objects = await render('ims-buildenv', { podMonitor, networkPolicy });
    const { ingress } = only<NetworkPolicy>(objects, 'NetworkPolicy').spec;
    expect(ingress).toEqual([{ ...SSH, from: networkPolicy.ingressFrom }, rule]);
  });

  it('makes the account of a launcher when it is told so', async () => {
    const names = (objects: readonly KubernetesObject[]) =>
      objects.filter(({ kind }) => kind === 'RoleBinding').map(({ metadata }) => metadata.name);
    expect(names(await render('ims-buildenv', {}))).toEqual(['ims-agent']);
    expect(names(await render('ims-buildenv', EVERYTHING))).toEqual(['ims-agent', 'ims-launcher']);
  });

  it('refuses what cannot be meant', async () => {
    expect(await refusal('ims-buildenv', { serviceAccounts: { names: [] } })).toContain("'/serviceAccounts/names'");
    expect(await refusal('ims-buildenv', { admissionPolicy: { action: 'deny' } })).toContain("'Deny', 'Audit'");
    for (const interval of ['30', '', '30 s', 's'])
      expect(await refusal('ims-buildenv', { podMonitor: { interval } })).toContain("'/podMonitor/interval'");
    expect(await refusal('ims-buildenv', { networkpolicy: {} })).toContain("'networkpolicy'");
  });
});
