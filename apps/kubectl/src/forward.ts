// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import { checkedAddress, type Address } from './addresses.ts';
import type { JobPod } from './job-pod.ts';
import { refusalOf, type Kubectl } from './kubectl.ts';

/** A way to the pod through the API server, open until it is disposed of. */
export interface Forward extends AsyncDisposable {
  readonly address: Address;
}

const LOCAL = '127.0.0.1';

/** Opens a port of this machine that leads to the shell of the pod. */
export async function forwardTo(kubectl: Kubectl, pod: JobPod, signal: AbortSignal): Promise<Forward> {
  const stop = new AbortController();
  const opened = Promise.withResolvers<number>();
  const args = ['port-forward', `pod/${pod.pod}`, `:${String(pod.sshPort)}`, `--address=${LOCAL}`];
  const { ended } = kubectl.start(args, {
    signal: AbortSignal.any([stop.signal, signal]),
    onStdoutLine: (line) => {
      const port = /^Forwarding from 127\.0\.0\.1:(\d+) /.exec(line)?.[1];
      if (port !== undefined) opened.resolve(Number(port));
    },
  });
  const port = await Promise.race([opened.promise, ended]);
  if (typeof port !== 'number') {
    signal.throwIfAborted();
    const { message, advice } = refusalOf(port);
    throw new Failure('LoginProbeFailed', `no port could be forwarded to pod ${pod.pod}: ${message}`, { advice });
  }
  return {
    address: checkedAddress(LOCAL, port),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  };
}
