// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chown, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import {
  complaintOf,
  errorLinesOf,
  Failure,
  makeDirectories,
  type Clock,
  type Outcome,
  type Runner,
} from '@ims/runtime';

import { JAIL_SETTINGS } from './amend-config.ts';
import { DUMP_ARGUMENTS, parseEffectiveConfig, type EffectiveConfig } from './effective-config.ts';
import { linesSince, sizeOf } from './files.ts';
import { findListeners, hasListenerTitle, isListener, readPidFile } from './listener.ts';
import type { SshdOptions } from './options.ts';
import type { ProcessIdentity, ProcessRow } from './process-table.ts';

/** How sshd is started. */
export interface LaunchOptions {
  readonly runner: Runner;
  readonly clock: Clock;
  readonly program: string;
  readonly options: SshdOptions;
  /** From the start to the pid file. */
  readonly startMs: number;
}

const CHECK_MS = 20_000;

/** sshd prints the environment of its users too, which is large where a namespace has many services. */
const DUMP_BYTES = 4 * 1024 * 1024;

/**
 * Asks sshd what it makes of its configuration.
 *
 * @throws Failure SshdRefused with sshd's own words
 */
export async function effectiveConfigOf(launch: LaunchOptions): Promise<EffectiveConfig> {
  // Without the log file: what is wrong is then said to us and not into the file.
  const args = [...launch.options.withoutLogFile, ...DUMP_ARGUMENTS];
  const command = { program: launch.program, args, timeoutMs: CHECK_MS, keptBytes: DUMP_BYTES };
  const outcome = await launch.runner.run(command);
  if (outcome.exitCode !== 0) throw refused(launch, `refuses its configuration: ${saidBy(launch, outcome)}`);
  return parseEffectiveConfig(outcome.stdout);
}

/**
 * Makes sure that a jail holds whatever else the configuration says (H35).
 *
 * @throws Failure ConfigurationInvalid naming what is not as it must be
 */
export function requireJail(config: EffectiveConfig, jail: string | undefined): void {
  if (jail === undefined) return;
  const wanted = { ChrootDirectory: jail, ...JAIL_SETTINGS };
  const wrong = Object.entries(wanted).filter(([keyword, value]) => config.value(keyword) !== value);
  if (wrong.length === 0) return;
  const found = wrong.map(
    ([keyword, value]) => `${keyword} is ${config.value(keyword) ?? 'unset'} instead of ${value}`,
  );
  throw new Failure('ConfigurationInvalid', `sshd would not jail root: ${found.join(', ')}`, {
    advice: 'remove what comes before it from sshd_config: the first value that matches a user counts',
  });
}

/** Makes the directory that sshd confines its unprivileged part to; it refuses one that others could write. */
export async function ensurePrivilegeSeparation(directory: string): Promise<void> {
  await makeDirectories(directory, 0o755);
  const { uid, gid } = await stat(directory);
  if (uid !== 0 || gid !== 0) await chown(directory, 0, 0);
}

/**
 * Starts sshd with exactly $SSHD_OPTIONS and waits until it listens.
 *
 * @throws Failure SshdRefused with sshd's own words, from its log file when it has one
 */
export async function launchSshd(launch: LaunchOptions, config: EffectiveConfig): Promise<ProcessIdentity> {
  const { runner, program, options } = launch;
  await removeStalePidFile(config.pidFile);
  if (options.logFile !== undefined) await makeDirectories(dirname(options.logFile), 0o755);
  const logged = options.logFile === undefined ? 0 : await sizeOf(options.logFile);
  const outcome = await runner.run({ program, args: options.words, timeoutMs: CHECK_MS });
  if (outcome.exitCode !== 0) {
    const logs = await linesSince(options.logFile, logged);
    const printed = errorLinesOf(`${outcome.stderr}\n${outcome.stdout}`).length > 0 || logs.length === 0;
    throw refused(launch, `does not start: ${[...(printed ? [saidBy(launch, outcome)] : []), ...logs].join(' | ')}`);
  }
  const listener = await untilListening(launch, config);
  if (listener !== undefined) return { pid: listener.pid, startTime: listener.startTime };
  const said = await linesSince(options.logFile, logged);
  throw refused(launch, `does not listen on port ${String(config.port)}: ${said.join(' | ') || 'it printed nothing'}`);
}

/** sshd writes its pid file when it listens; that it has died before is seen when no process of it is left. */
async function untilListening(launch: LaunchOptions, config: EffectiveConfig): Promise<ProcessRow | undefined> {
  const command = [launch.program, ...launch.options.words];
  const end = launch.clock.monotonic() + launch.startMs;
  for (let missing = 0; missing < 3 && launch.clock.monotonic() < end;) {
    const listener = listening(command, config);
    if (listener !== undefined) return listener;
    await launch.clock.sleep(3);
    missing = findListeners(command).length === 0 ? missing + 1 : 0;
  }
  return listening(command, config);
}

/** Without a pid file, or with one that another sshd has overwritten, its title tells that it listens. */
function listening(command: readonly string[], config: EffectiveConfig): ProcessRow | undefined {
  const named = config.pidFile === undefined ? undefined : readPidFile(config.pidFile);
  if (named !== undefined && !named.dead && isListener(command, named.pid)) return named;
  return config.pidFile === undefined || named !== undefined
    ? findListeners(command).find(hasListenerTitle)
    : undefined;
}

/** One that names a living process is left alone: it may belong to an sshd that is not ours. */
async function removeStalePidFile(path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const named = readPidFile(path);
  if (named === undefined || named.dead) await rm(path, { force: true });
}

function saidBy(launch: LaunchOptions, outcome: Outcome): string {
  if (outcome.notFound) return `${launch.program} is not installed`;
  if (outcome.timedOut) return 'it did not answer in time';
  return complaintOf({ ...outcome, stderr: `${outcome.stderr}\n${outcome.stdout}` });
}

function refused(launch: LaunchOptions, what: string): Failure {
  const file = launch.options.configFile ?? 'its default configuration';
  return new Failure('SshdRefused', `sshd (${file}) ${what}`);
}
