// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { jobPodsIn } from '../src/job-pod.ts';
import { kubeEventsIn } from '../src/kube-event.ts';
import { kubeJobsIn } from '../src/kube-job.ts';
import { createSight } from '../src/sight.ts';
import { standingsOf, type Standing } from '../src/standing.ts';
import { progressLine } from '../src/tables.ts';
import { eventRecord, jobRecord, podRecord } from './support/stub.ts';

interface Records {
  readonly jobs?: readonly object[];
  readonly pods?: readonly object[];
  readonly events?: readonly object[];
}

function standingIn({ jobs = [], pods = [], events = [] }: Records): Standing | undefined {
  const [standing] = standingsOf({
    jobs: kubeJobsIn({ items: jobs }),
    pods: jobPodsIn({ items: pods }),
    events: kubeEventsIn({ items: events }),
  });
  return standing;
}

const JOB = { kind: 'Job', name: 'my-job' };
const POD = { kind: 'Pod', name: 'my-job-x7x2p' };
const KUBECTL = 'kubectl --namespace ims';

/** Before its agent has said anything. */
const pending = (status: object, spec: object = {}) => ({
  metadata: (podRecord({}) as { metadata: object }).metadata,
  ...{ spec: { containers: [], ...spec }, status: { phase: 'Pending', ...status } },
});

const unscheduled = (message: string) => ({
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});

const waiting = (reason: string, message: string) => ({
  initContainerStatuses: [{ name: 'prepare', image: 'ims-agent:1', state: { waiting: { reason, message } } }],
});

describe('a Job whose pod was refused', () => {
  // The words of Kubernetes 1.34.
  it.each([
    {
      said: 'Error creating: pods "my-job-p8z2p" is forbidden: exceeded quota: q, requested: limits.memory=16Gi, used: limits.memory=0, limited: limits.memory=1Gi',
      why: 'exceeded quota: q, requested: limits.memory=16Gi, used: limits.memory=0, limited: limits.memory=1Gi',
      fix: `${KUBECTL} describe quota q`,
    },
    {
      said: '(combined from similar events): Error creating: pods "my-job-a" is forbidden: [maximum memory usage per Container is 512Mi, but limit is 8Gi]',
      why: '[maximum memory usage per Container is 512Mi, but limit is 8Gi]',
      fix: `${KUBECTL} describe limitrange`,
    },
    {
      said: 'Error creating: pods "my-job-a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      why: 'violates PodSecurity "restricted:latest": runAsNonRoot != true',
      fix: 'kubectl label --overwrite namespace ims pod-security.kubernetes.io/enforce=baseline',
    },
    {
      said: 'Error creating: pods "my-job-a" is forbidden: violates PodSecurity "baseline:latest": privileged (container "sshd" must not set securityContext.privileged=true)',
      why: 'violates PodSecurity "baseline:latest": privileged (container "sshd" must not set securityContext.privileged=true)',
      fix: 'kubectl label --overwrite namespace ims pod-security.kubernetes.io/enforce=privileged',
    },
    {
      said: 'Error creating: pods "my-job-" is forbidden: error looking up service account ims/ims-agent: serviceaccount "ims-agent" not found',
      why: 'error looking up service account ims/ims-agent: serviceaccount "ims-agent" not found',
      fix: 'helm install --namespace ims ims-buildenv helm/ims-buildenv',
    },
    {
      said: 'Error creating: pods "my-job-" is forbidden: pod rejected: RuntimeClass "kata" not found',
      why: 'pod rejected: RuntimeClass "kata" not found',
      fix: 'kubectl get runtimeclass',
    },
    {
      said: 'Error creating: admission webhook "x.example" denied the request: no',
      why: 'admission webhook "x.example" denied the request: no',
      fix: 'ask whoever keeps that policy',
    },
    { said: 'Error creating: something new', why: 'something new', fix: `${KUBECTL} describe job my-job` },
  ])('is there, with the reason and what to do about it: $why', ({ said, why, fix }) => {
    const standing = standingIn({ jobs: [jobRecord()], events: [eventRecord(JOB, 'FailedCreate', said)] });
    expect(standing).toMatchObject({ name: 'my-job', jobId: '7f1c', phase: '(NoPod)' });
    expect(standing?.blocker?.why).toBe(`no pod can be made: ${why}`);
    expect(standing?.blocker?.fix).toContain(fix);
  });

  it('has no reason any more when it has a pod', () => {
    const events = [eventRecord(JOB, 'FailedCreate', 'no'), eventRecord(JOB, 'SuccessfulCreate', 'Created pod')];
    expect(standingIn({ jobs: [jobRecord()], pods: [podRecord({})], events })?.blocker).toBeUndefined();
  });

  it('of somebody else is left aside', () => {
    const other = { metadata: { name: 'backup', namespace: 'ims' }, status: {} };
    expect(standingIn({ jobs: [other] })).toBeUndefined();
  });
});

describe('a pod that is pending', () => {
  const claims = { volumes: [{ persistentVolumeClaim: { claimName: 'my-claim' } }] };
  const unbound = unscheduled('0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found');
  const noVolume = 'no persistent volumes available for this claim and no storage class is set';
  const claim = { kind: 'PersistentVolumeClaim', name: 'my-claim' };

  it.each([
    {
      pod: pending(unbound, claims),
      event: eventRecord(claim, 'FailedBinding', noVolume),
      why: `claim my-claim is not bound: ${noVolume}`,
      fix: `${KUBECTL} describe pvc my-claim`,
    },
    {
      pod: pending(unscheduled('0/1 nodes are available: persistentvolumeclaim "none" not found. not found')),
      why: 'no node takes the pod: persistentvolumeclaim "none" not found',
      fix: 'claim.existing',
    },
    {
      pod: pending(
        unscheduled(
          "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available.",
        ),
      ),
      why: "no node takes the pod: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector",
      fix: 'resources.*',
    },
    {
      pod: pending(unscheduled('0/1 nodes are available: 1 node(s) had untolerated taint {a: b}.')),
      why: 'no node takes the pod: 1 node(s) had untolerated taint {a: b}',
      fix: 'tolerations',
    },
    {
      pod: pending(waiting('ErrImagePull', 'connection refused')),
      why: 'image ims-agent:1 cannot be pulled: connection refused',
      fix: 'push the image',
    },
    {
      pod: pending(
        waiting('ImagePullBackOff', 'Back-off pulling image "ims-agent:1": ErrImagePull: connection refused'),
      ),
      why: 'image ims-agent:1 cannot be pulled: connection refused',
      fix: 'push the image',
    },
    {
      pod: pending(waiting('CreateContainerConfigError', 'secret "s3" not found')),
      why: 'container prepare of image ims-agent:1 does not start: CreateContainerConfigError, secret "s3" not found',
      fix: 'make it in the namespace of the job',
    },
    {
      pod: pending(waiting('ContainerCreating', '')),
      event: eventRecord(POD, 'FailedMount', 'MountVolume.SetUp failed for volume "oauth" : secret "oauth" not found'),
      why: 'MountVolume.SetUp failed for volume "oauth" : secret "oauth" not found',
      fix: 'make it in the namespace of the job',
    },
  ])('says why, and what to do about it: $why', ({ pod, event, why, fix }) => {
    const events = event === undefined ? [] : [event];
    const standing = standingIn({ jobs: [jobRecord()], pods: [pod], events });
    expect(standing?.phase).toBe('(Pending)');
    expect(standing?.blocker?.why).toBe(why);
    expect(standing?.blocker?.fix).toContain(fix);
  });

  it('says nothing of what is over', () => {
    const events = [eventRecord(POD, 'FailedMount', 'timed out'), eventRecord(POD, 'Pulling', 'Pulling image "x"')];
    const standing = standingIn({ pods: [pending(waiting('ContainerCreating', ''))], events });
    expect(standing?.blocker).toBeUndefined();
  });

  it('that runs on a node that is not heard of says so', () => {
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] };
    const pod = { ...podRecord({ phase: 'WaitingOnUser' }), spec: { nodeName: 'n1', containers: [] }, status };
    const events = [eventRecord(POD, 'NodeNotReady', 'Node is not ready')];
    expect(standingIn({ pods: [pod], events })?.blocker?.why).toContain('node n1 is not ready');
  });
});

describe('a Job that goes from pod to pod', () => {
  const ended = (type: string, reason: string) => ({
    conditions: [{ type, status: 'True', reason, message: 'so it is' }],
  });
  const pod = (name: string, told: Readonly<Record<string, string>>, podPhase = 'Running') => {
    const record = podRecord(told, name) as { status: object };
    return { ...record, status: { ...record.status, phase: podPhase } };
  };

  it('is followed over the gap to its own end', () => {
    const first = standingIn({ jobs: [jobRecord()], pods: [pod('my-job-1', { phase: 'WaitingOnUser' })] });
    if (first === undefined) throw new Error('there is no such job');
    const sight = createSight(first, []);
    const lines: string[] = [];
    const see = (kind: 'jobs' | 'pods', object: object, type: 'present' | 'deleted' = 'present'): void => {
      sight.change(kind, object, type);
      const standing = sight.standing();
      lines.push(standing === undefined ? 'removed' : progressLine(standing));
    };
    see('pods', pod('my-job-1', { phase: 'Interrupted', message: 'stopped' }, 'Failed'));
    see('pods', pod('my-job-1', {}), 'deleted');
    see('pods', {
      metadata: { ...pending({}).metadata, deletionTimestamp: '2026-11-23T05:41:00Z' },
      status: { phase: 'Pending' },
    });
    see('pods', pending({}), 'deleted');
    see('pods', pod('my-job-2', {}, 'Pending'));
    see('pods', pod('my-job-2', { phase: 'Uploading' }));
    see('jobs', jobRecord(ended('Failed', 'DeadlineExceeded')));
    see('jobs', jobRecord(), 'deleted');
    expect(lines).toEqual([
      'Interrupted  stopped  the next pod goes on, unless the Job ends with this one',
      '(NoPod)  Kubernetes is about to make its pod',
      '(Terminating)',
      '(NoPod)  Kubernetes is about to make its pod',
      '(Pending)',
      'Uploading',
      'Failed  Failed, DeadlineExceeded, so it is',
      'removed',
    ]);
  });

  it('is known by its id, by a pod that was replaced, and by the newest', () => {
    const pods = [pod('my-job-1', { phase: 'Interrupted' }, 'Failed'), pod('my-job-2', { phase: 'Uploading' })];
    expect(standingIn({ jobs: [jobRecord()], pods })).toMatchObject({ phase: 'Uploading', pod: { pod: 'my-job-2' } });
  });

  it('that is suspended says so', () => {
    expect(standingIn({ jobs: [{ ...jobRecord(), spec: { suspend: true } }] })?.phase).toBe('(Suspended)');
  });
});
