// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

import { Failure, type Runner } from '@ims/runtime';
import type { JobPaths } from './home.ts';
import { keyFiles, SHELL_ADDRESS } from './variables.ts';

/** Makes the directories and the key of a job; what is there already stays. */
export async function makeJobDirectories(paths: JobPaths): Promise<void> {
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  for (const directory of [paths.volume, paths.config, paths.logs]) {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  }
  await mkdir(paths.keys, { recursive: true, mode: 0o700 });
  await mkdir(keyFiles(paths).hostKeys, { recursive: true, mode: 0o700 });
}

/** Empties the directory that stands for a pod's own: what an earlier run wrote there names its port and its key. */
export async function emptyConfig(paths: JobPaths): Promise<void> {
  await rm(paths.config, { recursive: true, force: true });
  await mkdir(paths.config, { mode: 0o755 });
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
  throw new Failure('PlatformUnavailable', `no key for the job: ssh-keygen said: ${outcome.stderr.trim()}`, {
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

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, SHELL_ADDRESS, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return address.port;
}
