// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtemp, rm, writeFile } from 'node:fs/promises';

import { Failure } from '@ims/runtime';

import type { JobPod } from './job-pod.ts';

const KEY = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) AAAA[A-Za-z0-9+/]{20,1000}={0,2}$/;
const DNS_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Arguments of ssh that accept one host key only, for as long as it is not disposed of. */
export interface PinnedHost extends AsyncDisposable {
  readonly arguments: readonly string[];
}

/**
 * Pins the host key that the pod has told. Nothing else is believed: neither the user's own files nor DNS, and no
 * connection is shared that was made without the key.
 *
 * @throws Failure LoginProbeFailed when the pod tells no key yet, or something that is none
 */
export async function pinHost(pod: JobPod): Promise<PinnedHost> {
  const key = pod.told['ssh-host-key'];
  if (key === undefined) {
    throw new Failure('LoginProbeFailed', `pod ${pod.pod} tells no host key: its phase is ${phaseOf(pod)}`, {
      advice: 'wait until the shell is open: kubectl wait pod --for=condition=ims.cray.com/ShellReady',
    });
  }
  if (!KEY.test(key) || !DNS_NAME.test(pod.pod)) {
    throw new Failure('LoginProbeFailed', `what pod ${pod.pod} tells as its host key is none`, {
      advice: 'somebody has changed the annotation: do not log in, and tell the administrator',
    });
  }
  // Where ssh would have to expand or split the name of a temporary directory, there is none to expand.
  const directory = await mkdtemp('/tmp/kubectl-ims-');
  const file = `${directory}/known_hosts`;
  await writeFile(file, `${pod.pod} ${key}\n`, { mode: 0o600 });
  return {
    arguments: optionsFor(file, pod.pod).flatMap((option) => ['-o', option]),
    [Symbol.asyncDispose]: async () => {
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function optionsFor(file: string, alias: string): string[] {
  return [
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=none',
    'KnownHostsCommand=none',
    `HostKeyAlias=${alias}`,
    'StrictHostKeyChecking=yes',
    'VerifyHostKeyDNS=no',
    'UpdateHostKeys=no',
    'NoHostAuthenticationForLocalhost=no',
    'ControlPath=none',
  ];
}

function phaseOf({ told, podPhase }: JobPod): string {
  return told.phase ?? podPhase;
}
