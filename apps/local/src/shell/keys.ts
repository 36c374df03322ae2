// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { complaintOf, Failure, type Runner } from '@ims/runtime';
import type { JobPaths } from '../job/home.ts';

/** The files of a job that ssh and sshd share. */
export interface KeyFiles {
  readonly userKey: string;
  readonly authorizedKeys: string;
  readonly hostKeys: string;
  readonly knownHosts: string;
}

/** The address of the shell: never reachable from another machine. */
export const SHELL_ADDRESS = '127.0.0.1';

/** Where the keys of a job lie. */
export function keyFiles(paths: JobPaths): KeyFiles {
  return {
    userKey: join(paths.keys, 'id_ed25519'),
    authorizedKeys: join(paths.keys, 'id_ed25519.pub'),
    hostKeys: join(paths.keys, 'host'),
    knownHosts: join(paths.keys, 'known_hosts'),
  };
}

/** Makes the key pair with which `ims-job` and its user log in; each job has its own. */
export async function makeUserKey(paths: JobPaths, runner: Runner): Promise<void> {
  const { userKey } = keyFiles(paths);
  await rm(userKey, { force: true });
  const outcome = await runner.run({
    program: 'ssh-keygen',
    args: ['-q', '-t', 'ed25519', '-N', '', '-C', 'ims-job', '-f', userKey],
  });
  if (outcome.exitCode === 0) return;
  throw new Failure('PlatformUnavailable', `no key for the job: ssh-keygen: ${complaintOf(outcome)}`, {
    advice: 'install the OpenSSH client (apt-get install openssh-client)',
  });
}

/** The name under which the shell's host keys are known: ports change, jobs do not. */
export function hostKeyAlias(jobId: string): string {
  return `ims-job-${jobId}`;
}

/** Pins the shell's host keys, so that the first login is checked like every other one. */
export async function pinHostKeys(paths: JobPaths, jobId: string, hostKeys: readonly string[]): Promise<void> {
  const lines = hostKeys.map((key) => `${hostKeyAlias(jobId)} ${key}\n`);
  await writeFile(keyFiles(paths).knownHosts, lines.join(''), { mode: 0o600 });
}
