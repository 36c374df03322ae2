// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomInt } from 'node:crypto';
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

/** Below the range from which the kernel takes ports for outgoing connections: none of these goes away by itself. */
const PORTS = { from: 20_000, to: 32_000 };
const TRIES = 100;

/**
 * A port that nobody listens on now.
 *
 * @throws Failure PlatformUnavailable when a hundred tries found none
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await canListen(port)) return port;
  }
  const range = `${String(PORTS.from)} to ${String(PORTS.to)}`;
  throw new Failure('PlatformUnavailable', `no free port from ${range} on ${SHELL_ADDRESS}`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, SHELL_ADDRESS, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
