// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { silentLogger, type Outcome } from '@ims/runtime';

import { forwardTo } from '../src/forward.ts';
import { jobPodOf, type JobPod } from '../src/job-pod.ts';
import type { Kubectl } from '../src/kubectl.ts';
import { podRecord } from './support/stub.ts';

const OUTCOME: Outcome = {
  ...{ exitCode: undefined, endedBySignal: undefined, stdout: '', stderr: '', notFound: false, timedOut: false },
};

const pod = jobPodOf({ ...podRecord({ phase: 'WaitingOnUser' }), spec: { nodeName: 'n1', containers: [] } }) as JobPod;

/** One that says nothing until it is stopped, or ends at once with this on standard error. */
function kubectlThat(stderr?: string): Kubectl {
  return {
    ask: async () => await Promise.reject(new Error('nothing is asked')),
    start: (_, { signal }) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      if (stderr === undefined) signal.addEventListener('abort', () => resolve(OUTCOME));
      else resolve({ ...OUTCOME, exitCode: 1, stderr });
      return { ended: promise } as ReturnType<Kubectl['start']>;
    },
  };
}

it('a kubelet that does not answer is named, first as what is waited for and then as the cause', async () => {
  const notices: string[] = [];
  const logger = { ...silentLogger, warn: (_: unknown, message: string) => notices.push(message) };
  const { signal } = new AbortController();
  const patience = { noticeMs: 1, limitMs: 1000 };
  const forwarding = forwardTo({ kubectl: kubectlThat(), logger, signal, patience }, pod);
  await expect(forwarding).rejects.toMatchObject({
    reason: 'LoginProbeFailed',
    message: 'no port could be forwarded to pod my-job-x7x2p: the kubelet of node n1 has not answered in 1 s',
    advice: expect.stringMatching(/kubectl get node n1.*--via pod/) as string,
  });
  expect(notices).toEqual(['waits for the kubelet of node n1 to forward a port to pod my-job-x7x2p']);
});

it('a kubelet that cannot be reached is named in the words of the API server', async () => {
  const said =
    'error: error upgrading connection: error dialing backend: dial tcp 10.1.2.3:10250: connect: no route to host';
  const { signal } = new AbortController();
  await expect(forwardTo({ kubectl: kubectlThat(said), logger: silentLogger, signal }, pod)).rejects.toMatchObject({
    message: expect.stringContaining('error dialing backend') as string,
    advice: expect.stringContaining('--via pod') as string,
  });
});
