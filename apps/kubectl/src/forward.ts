// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, type Logger } from '@ims/runtime';

import { checkedAddress, type Address } from './addresses.ts';
import type { JobPod } from './job-pod.ts';
import { refusalOf, type Kubectl } from './kubectl.ts';

/** A way to the pod through the API server, open until it is disposed of. */
export interface Forward extends AsyncDisposable {
  readonly address: Address;
}

const LOCAL = '127.0.0.1';

/** How long a port may take, in milliseconds. The API server itself waits half a minute for a kubelet that is silent. */
interface Patience {
  /** Until the person is told what is waited for. */
  readonly noticeMs: number;
  readonly limitMs: number;
}

const USUAL: Patience = { noticeMs: 5000, limitMs: 40_000 };

/** What a port is forwarded with. */
export interface Forwarding {
  readonly kubectl: Kubectl;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly patience?: Patience;
}

/**
 * Opens a port of this machine that leads to the shell of the pod.
 *
 * @throws Failure LoginProbeFailed when none can be, or when the kubelet of the pod's node does not answer in time
 */
export async function forwardTo(forwarding: Forwarding, pod: JobPod): Promise<Forward> {
  const { kubectl, logger, signal, patience = USUAL } = forwarding;
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
  const kubelet = `the kubelet of node ${pod.node ?? 'of the pod'}`;
  const notice = setTimeout(() => {
    logger.warn({}, `waits for ${kubelet} to forward a port to pod ${pod.pod}`);
  }, patience.noticeMs);
  const limit = setTimeout(() => {
    stop.abort();
  }, patience.limitMs);
  const port = await Promise.race([opened.promise, ended]);
  clearTimeout(notice);
  clearTimeout(limit);
  if (typeof port !== 'number') {
    signal.throwIfAborted();
    if (stop.signal.aborted)
      throw notForwarded(pod, `${kubelet} has not answered in ${String(patience.limitMs / 1000)} s`);
    throw refused(pod, refusalOf(port));
  }
  return {
    address: checkedAddress(LOCAL, port),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  };
}

function refused(pod: JobPod, { message, advice, reason }: Failure): Failure {
  return notForwarded(pod, message, reason === 'PermissionMissing' ? advice : undefined);
}

function notForwarded(pod: JobPod, why: string, advice?: string): Failure {
  return new Failure('LoginProbeFailed', `no port could be forwarded to pod ${pod.pod}: ${why}`, {
    advice:
      advice ??
      `look at the node (kubectl get node ${pod.node ?? ''}), or go past it where the pod's address can be reached: --via pod`,
  });
}
