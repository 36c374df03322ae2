// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';

import { complaintOf, Failure, type Clock, type Logger, type Outcome, type Runner } from '@ims/runtime';

import { addProbeKey, PROBE_COMMENT, probeLine, removeProbeKeys } from './authorized-keys.ts';
import { linesSince, sizeOf } from './files.ts';
import type { KeyNames } from './key-names.ts';
import { shortForm, type PublicKey } from './public-key.ts';

/** What the login probe needs to know of the door. */
export interface ProbeOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly hostKeys: readonly PublicKey[];
  readonly authorizedKeysFile: string;
  /** The throw-away key lives in a private directory below this one. */
  readonly directory: string;
  readonly logFile: string | undefined;
  readonly keyNames: KeyNames;
  /** Bound of each of the two logins. */
  readonly timeoutMs: number;
}

const PREFIX = '.ims-probe-';
const ALIAS = 'ims-door';

/**
 * Logs in through the door as a user does, with a throw-away key and the real host keys pinned: a command
 * without a terminal, then sftp (H39). Key, directory and line are gone afterwards, however it ends.
 *
 * @throws Failure LoginProbeFailed with what ssh said and what sshd logged meanwhile
 */
export async function probeLogin(options: ProbeOptions, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const directory = await mkdtemp(`${options.directory}/${PREFIX}`);
  const logged = options.logFile === undefined ? 0 : await sizeOf(options.logFile);
  try {
    await admit(options, directory);
    const common = commonArguments(options, directory);
    const shell = await login(options, { signal, program: 'ssh', args: ['-T', ...common, ALIAS, ':'] });
    if (shell.exitCode !== 0) throw await failed(options, { step: 'ssh with the command `:`', outcome: shell, logged });
    const batch = { input: 'pwd\nls -1 /\n', signal };
    const sftp = await login(options, { ...batch, program: 'sftp', args: ['-b', '-', ...common, ALIAS] });
    if (sftp.exitCode !== 0) throw await failed(options, { step: 'sftp', outcome: sftp, logged });
  } finally {
    await removeProbeKeys(options.authorizedKeysFile);
    await rm(directory, { recursive: true, force: true });
  }
}

/** Removes what the probe of a killed run left. */
export async function removeLeftovers(options: { directory: string; authorizedKeysFile: string }): Promise<void> {
  await removeProbeKeys(options.authorizedKeysFile);
  for (const name of await readdir(options.directory)) {
    if (name.startsWith(PREFIX)) await rm(`${options.directory}/${name}`, { recursive: true, force: true });
  }
}

async function admit(options: ProbeOptions, directory: string): Promise<void> {
  const key = `${directory}/key`;
  const args = ['-q', '-t', 'ed25519', '-N', '', '-C', PROBE_COMMENT, '-f', key];
  const made = await options.runner.run({ program: 'ssh-keygen', args, timeoutMs: options.timeoutMs });
  if (made.exitCode !== 0) throw await failed(options, { step: 'ssh-keygen', outcome: made, logged: 0 });
  const [type = '', blob = ''] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  const line = probeLine({
    publicKey: `${type} ${blob}`,
    from: [...new Set(['127.0.0.1', '::1', options.host])],
    until: new Date(options.clock.now().getTime() + 10 * 60_000),
  });
  options.keyNames.learn(line);
  await writeFile(
    `${directory}/known_hosts`,
    options.hostKeys.map((known) => `${ALIAS} ${shortForm(known)}\n`).join(''),
  );
  await addProbeKey(options.authorizedKeysFile, line);
}

function commonArguments(options: ProbeOptions, directory: string): string[] {
  const settings = {
    BatchMode: 'yes',
    CheckHostIP: 'no',
    ConnectTimeout: '10',
    GlobalKnownHostsFile: 'none',
    HostKeyAlias: ALIAS,
    HostName: options.host,
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    IdentityFile: `${directory}/key`,
    Port: String(options.port),
    PreferredAuthentications: 'publickey',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: `${directory}/known_hosts`,
    User: 'root',
  };
  return ['-F', 'none', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

async function login(
  options: ProbeOptions,
  command: { program: string; args: readonly string[]; input?: string; signal: AbortSignal },
): Promise<Outcome> {
  return await options.runner.run({ ...command, timeoutMs: options.timeoutMs });
}

async function failed(
  options: ProbeOptions,
  attempt: { step: string; outcome: Outcome; logged: number },
): Promise<Failure> {
  const { step, outcome } = attempt;
  const client = complaintOf(outcome);
  const server = (await linesSince(options.logFile, attempt.logged)).slice(-6).join(' | ');
  const said = server === '' ? client : `${client}; sshd said: ${server}`;
  return new Failure(
    'LoginProbeFailed',
    `a login to ${options.host} port ${String(options.port)} by ${step} failed: ${said}`,
  );
}
