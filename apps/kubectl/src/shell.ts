// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ProcessRunner } from '@ims/process';
import { Failure, type Logger } from '@ims/runtime';

import { checkedAddress, outsideAddress, parseAddress, type Address } from './addresses.ts';
import { forwardTo } from './forward.ts';
import { pinHost } from './host-key.ts';
import type { JobPod } from './job-pod.ts';
import type { Kubectl } from './kubectl.ts';

/** The ways to a shell. */
export const WAYS = ['service', 'pod', 'forward'] as const;

/** How ssh gets to the shell. */
export interface Way {
  /** `HOST` or `HOST:PORT`; wins over {@link Way.via}. */
  readonly address?: string;
  /** A service's address outside the cluster when there is one, else a forwarded port, when left out. */
  readonly via?: string;
  /** The file with the private key; what ssh chooses by itself when left out. */
  readonly identity?: string;
}

/** What a shell is opened with. */
export interface ShellOptions {
  readonly runner: ProcessRunner;
  readonly kubectl: Kubectl;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly way: Way;
}

/** What is run in the shell; a person's own shell without a command. */
export interface Errand {
  readonly command: readonly string[];
  /** Standard input of the command; the user's own when left out. */
  readonly input?: string;
}

/** ssh's own code for a connection that failed. */
const NOT_CONNECTED = 255;

/** Runs ssh to the pod, which has to prove the host key that it has told, and gives ssh's exit code. */
export async function runShell(options: ShellOptions, pod: JobPod, errand: Errand): Promise<number> {
  const { runner, env, signal, way } = options;
  await using host = await pinHost(pod);
  await using route = await routeTo(options, pod);
  const { address } = route;
  const identity = way.identity === undefined ? [] : ['-i', way.identity];
  const target = ['-p', String(address.port), '-l', 'root', '--', address.host, ...errand.command];
  const outcome = await runner.start({
    ...{ program: 'ssh', args: [...host.arguments, ...identity, ...target], env, signal },
    ...(errand.input === undefined ? { stdin: 'inherit' } : { input: errand.input }),
    ...{ stdout: 'inherit', stderr: 'inherit' },
  }).ended;
  if (outcome.notFound) throw new Failure('ConfigurationInvalid', 'there is no ssh on the PATH');
  signal.throwIfAborted();
  return outcome.exitCode ?? NOT_CONNECTED;
}

interface Route extends AsyncDisposable {
  readonly address: Address;
}

async function routeTo(options: ShellOptions, pod: JobPod): Promise<Route> {
  const { address, via } = options.way;
  if (address !== undefined) return straight(parseAddress(address));
  if (via === 'pod') return straight(checkedAddress(pod.podIp ?? '', pod.sshPort));
  const outside = via === 'forward' ? undefined : await serviceAddress(options, pod);
  if (outside !== undefined) return straight(outside);
  if (via === 'service') {
    throw new Failure('ConfigurationInvalid', `no service gives pod ${pod.pod} an address outside the cluster`, {
      advice: 'leave --via out, and a port is forwarded',
    });
  }
  return await forwardTo(options, pod);
}

async function serviceAddress({ kubectl, way }: ShellOptions, pod: JobPod): Promise<Address | undefined> {
  try {
    return outsideAddress(await kubectl.ask(['get', 'services']), pod);
  } catch (error) {
    // Whoever may not read services can still have a port forwarded.
    const isRefused = error instanceof Failure && error.reason === 'PermissionMissing';
    if (!isRefused || way.via === 'service') throw error;
    return undefined;
  }
}

function straight(address: Address): Route {
  return { address, [Symbol.asyncDispose]: async () => await Promise.resolve() };
}
