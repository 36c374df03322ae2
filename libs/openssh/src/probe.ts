// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';

import { complaintOf, errorLinesOf, Failure, type Clock, type Logger, type Outcome, type Runner } from '@ims/runtime';

import { addProbeKey, PROBE_COMMENT, probeLine, removeProbeKeys } from './authorized-keys.ts';
import { linesSince, sizeOf } from './files.ts';
import type { KeyNames } from './key-names.ts';
import { ownAddress } from './own-address.ts';
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
  /** How long one that sshd does not let begin is tried again. */
  readonly droppedMs: number;
}

/** What the probe has made for its logins. */
interface Way {
  readonly directory: string;
  /** From where it calls; whatever the system chooses when left out. */
  readonly from: string | undefined;
}

const PREFIX = '.ims-probe-';
const ALIAS = 'ims-door';

/** What ssh and sftp exit with when it is the connection that failed. */
const SSH_FAILED = 255;
const BEFORE_THE_LOGIN = /^kex_exchange_identification: |during banner exchange|^ssh: connect to host /m;
const DROPPED = 'the test login was dropped by sshd before it began; it is tried again';
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** How long the throw-away key may be used: both logins, however often each is tried. */
const VALID_MS = 20 * 60_000;

/**
 * Logs in through the door as a user does, with a throw-away key and the real host keys pinned: a command
 * without a terminal, then sftp (H39). Key, directory and line are gone afterwards, however it ends.
 *
 * @throws Failure LoginProbeFailed with what ssh said and what sshd logged meanwhile
 */
export async function probeLogin(options: ProbeOptions, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const directory = await mkdtemp(`${options.directory}/${PREFIX}`);
  const way = { directory, from: ownAddress(options.host) };
  const logged = options.logFile === undefined ? 0 : await sizeOf(options.logFile);
  try {
    await admit(options, way);
    const common = commonArguments(options, way);
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

async function admit(options: ProbeOptions, { directory, from }: Way): Promise<void> {
  const key = `${directory}/key`;
  const args = ['-q', '-t', 'ed25519', '-N', '', '-C', PROBE_COMMENT, '-f', key];
  const made = await options.runner.run({ program: 'ssh-keygen', args, timeoutMs: options.timeoutMs });
  if (made.exitCode !== 0) throw await failed(options, { step: 'ssh-keygen', outcome: made, logged: 0 });
  const [type = '', blob = ''] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  const line = probeLine({
    publicKey: `${type} ${blob}`,
    from: [...new Set(['127.0.0.1', '::1', options.host, ...(from === undefined ? [] : [from])])],
    until: new Date(options.clock.now().getTime() + VALID_MS),
  });
  options.keyNames.learn(line);
  await writeFile(
    `${directory}/known_hosts`,
    options.hostKeys.map((known) => `${ALIAS} ${shortForm(known)}\n`).join(''),
  );
  await addProbeKey(options.authorizedKeysFile, line);
}

function commonArguments(options: ProbeOptions, { directory, from }: Way): string[] {
  const settings = {
    BatchMode: 'yes',
    ...(from === undefined ? {} : { BindAddress: from }),
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
  const { runner, clock, logger, timeoutMs, droppedMs } = options;
  const end = clock.monotonic() + droppedMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const outcome = await runner.run({ ...command, timeoutMs });
    if (!wasDropped(outcome) || clock.monotonic() + pauseMs > end) return outcome;
    if (pauseMs === FIRST_PAUSE_MS) logger.warn({ said: errorLinesOf(outcome.stderr).at(-1) }, DROPPED);
    await clock.sleep(pauseMs, command.signal);
  }
}

/**
 * Whether a login ended before it began: sshd had too many others to do with, or was just being started again. One that
 * sshd has refused would be refused again.
 */
function wasDropped({ exitCode, stderr }: Outcome): boolean {
  return exitCode === SSH_FAILED && BEFORE_THE_LOGIN.test(stderr);
}

async function failed(
  options: ProbeOptions,
  attempt: { step: string; outcome: Outcome; logged: number },
): Promise<Failure> {
  const { step, outcome } = attempt;
  // ssh says why in its last lines, after a frame of @ or a warning.
  const client = errorLinesOf(outcome.stderr).slice(-4).join(' | ') || complaintOf(outcome);
  const server = (await linesSince(options.logFile, attempt.logged)).slice(-6).join(' | ');
  const said = server === '' ? client : `${client}; sshd said: ${server}`;
  return new Failure(
    'LoginProbeFailed',
    `a login to ${options.host} port ${String(options.port)} by ${step} failed: ${said}`,
  );
}
