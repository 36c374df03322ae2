// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chown } from 'node:fs/promises';
import { dirname } from 'node:path';

import { Failure } from '@ims/runtime';
import type { OpenDoor } from '@ims/session';

import { amendConfig, valuesOf } from './amend-config.ts';
import { keysFileOfRoot } from './authorized-keys.ts';
import { DOOR_TIMINGS, type DoorOptions, type DoorTimings, type SshDoor } from './door-options.ts';
import { reachableAt, type EffectiveConfig } from './effective-config.ts';
import { readIfPresent, writeAtomically } from './files.ts';
import { ensureHostKeys, readHostKeys } from './host-keys.ts';
import { createKeyNames, type KeyNames } from './key-names.ts';
import { effectiveConfigOf, ensurePrivilegeSeparation, launchSshd, requireJail, type LaunchOptions } from './launch.ts';
import { limitsOf } from './limits.ts';
import { findListeners, stopListener } from './listener.ts';
import { parseSshdOptions, type SshdOptions } from './options.ts';
import { probeLogin, removeLeftovers } from './probe.ts';
import { isRunning } from './process-table.ts';
import { shortForm } from './public-key.ts';
import { createSerial } from './serial.ts';
import { superviseSshd } from './supervise.ts';
import { createTraces } from './traces.ts';
import { sayWhatUsersMiss } from './users-variables.ts';

const DEFAULT_CONFIG = '/etc/ssh/sshd_config';

/** Makes the door to an image root: an sshd, run exactly as $SSHD_OPTIONS says. */
export function createDoor(options: DoorOptions): SshDoor {
  const sshd = parseSshdOptions(options.sshdOptions);
  const door = new OpensshDoor(options, sshd);
  return {
    isConfigured: async () => await door.isConfigured(),
    prepare: async () => await door.prepare(),
    open: async () => await door.open(),
    attach: async () => await door.attach(),
    probe: async (signal) => await door.probe(signal),
    supervise: async (signal) => await door.supervise(signal),
    shut: async () => await door.shut(),
    processes: () => door.traces.current(),
  };
}

class OpensshDoor {
  readonly traces = createTraces();
  readonly #options: DoorOptions;
  readonly #sshd: SshdOptions;
  readonly #configFile: string;
  readonly #timings: DoorTimings;
  readonly #launch: LaunchOptions;
  readonly #keyNames: KeyNames;
  /** Restarting and shutting never overlap. */
  readonly #serial = createSerial();
  readonly #deaths: number[] = [];
  #config: EffectiveConfig | undefined;
  #shut = false;

  constructor(options: DoorOptions, sshd: SshdOptions) {
    this.#options = options;
    this.#sshd = sshd;
    this.#configFile = options.configFile ?? sshd.configFile ?? DEFAULT_CONFIG;
    this.#timings = { ...DOOR_TIMINGS, ...options.timings };
    this.#keyNames = options.keyNames ?? createKeyNames();
    this.#launch = {
      runner: options.runner,
      clock: options.clock,
      program: options.program ?? '/usr/sbin/sshd',
      options: sshd,
      startMs: this.#timings.startMs,
    };
  }

  async isConfigured(): Promise<boolean> {
    return ((await readIfPresent(this.#configFile)) ?? '').trim() !== '';
  }

  async prepare(): Promise<void> {
    await ensurePrivilegeSeparation(this.#options.privilegeSeparationDirectory ?? '/run/sshd');
    await this.#ensureHostKeys((await readIfPresent(this.#configFile)) ?? '');
  }

  async open(): Promise<OpenDoor> {
    await this.#options.checkJail?.();
    const text = await this.#amend();
    await ensurePrivilegeSeparation(this.#options.privilegeSeparationDirectory ?? '/run/sshd');
    await this.#ensureHostKeys(text);
    await this.#stopListeners();
    const config = await effectiveConfigOf(this.#launch);
    requireJail(config, this.#options.jail);
    sayWhatUsersMiss({ ...this.#options, file: this.#configFile }, config);
    await this.#prepareKeysFile(config);
    this.#config = config;
    this.#shut = false;
    this.traces.follow(await launchSshd(this.#launch, config));
    const keys = await readHostKeys({ ...this.#options, paths: config.hostKeys });
    const hostKeys = keys.map(shortForm);
    const fingerprints = keys.map(({ type, fingerprint }) => `${type} ${fingerprint}`);
    this.#options.logger.info({ port: config.port, fingerprints }, 'sshd listens');
    return { hostKeys, port: config.port };
  }

  async attach(): Promise<void> {
    // Without it sshd says nothing of its configuration.
    await ensurePrivilegeSeparation(this.#options.privilegeSeparationDirectory ?? '/run/sshd');
    const config = await effectiveConfigOf(this.#launch);
    requireJail(config, this.#options.jail);
    this.#config = config;
  }

  async probe(signal: AbortSignal): Promise<void> {
    const config = this.#opened();
    const started = this.#options.clock.monotonic();
    await probeLogin(
      {
        ...this.#options,
        ...reachableAt(config),
        hostKeys: await readHostKeys({ ...this.#options, paths: config.hostKeys }),
        authorizedKeysFile: keysFileOf(config),
        directory: dirname(this.#configFile),
        logFile: this.#sshd.logFile,
        keyNames: this.#keyNames,
        timeoutMs: this.#timings.probeMs,
        droppedMs: this.#timings.droppedMs,
      },
      signal,
    );
    const ms = Math.round(this.#options.clock.monotonic() - started);
    this.#options.logger.info({ ms }, 'a login through the door has worked, by ssh and by sftp');
  }

  async supervise(signal: AbortSignal): Promise<never> {
    const { clock, logger } = this.#options;
    const { tickMs } = this.#timings;
    const restart = async (): Promise<void> => await this.#serial(async () => await this.#restart());
    const supervised = { clock, logger, tickMs, deaths: this.#deaths, healthy: () => this.#isHealthy(), restart };
    return await superviseSshd(supervised, signal);
  }

  async shut(): Promise<void> {
    this.#shut = true;
    await this.#serial(async () => await this.#stopListeners());
  }

  #isHealthy(): boolean {
    const { listener } = this.traces.current();
    if (this.#shut || this.#config === undefined) return true;
    if (listener === undefined || !isRunning(listener)) return false;
    this.traces.look();
    return true;
  }

  async #restart(): Promise<void> {
    // It may have been shut while this waited for its turn.
    if (this.#isHealthy()) return;
    await this.#stopListeners();
    this.traces.follow(await launchSshd(this.#launch, this.#opened()));
    this.#options.logger.info({ pid: this.traces.current().listener?.pid }, 'sshd was started again');
  }

  #opened(): EffectiveConfig {
    if (this.#config === undefined) throw new Failure('Defect', 'the door is used before it was opened');
    return this.#config;
  }

  async #amend(): Promise<string> {
    const found = await readIfPresent(this.#configFile);
    if (found === undefined) {
      throw new Failure(
        'SshdRefused',
        `there is no ${this.#configFile}, which SSHD_OPTIONS or SSHD_CONFIG_FILE names`,
        {
          advice: 'let the agent write it, or name the file that it writes',
        },
      );
    }
    const { variables, environment, jail } = this.#options;
    const limits = await limitsOf(this.#launch);
    const text = amendConfig(found, { variables, environment, limits, overruled: this.#sshd.keywords, jail });
    const directory = dirname(this.#configFile);
    if (text !== found) await writeAtomically(this.#configFile, text);
    // The volume between the containers belongs to whoever made it; sshd wants root (reference §4.2 step 7).
    for (const path of [directory, this.#configFile]) await chown(path, 0, 0);
    return text;
  }

  async #ensureHostKeys(text: string): Promise<void> {
    const { runner, logger, hostKeyDirectory } = this.#options;
    const paths = [...valuesOf(text, 'HostKey'), ...this.#sshd.hostKeys];
    await ensureHostKeys({ runner, logger, paths, directory: hostKeyDirectory });
  }

  /** What a killed run left, gone; who may log in, remembered for the log. */
  async #prepareKeysFile(config: EffectiveConfig): Promise<void> {
    const authorizedKeysFile = keysFileOf(config);
    await removeLeftovers({ directory: dirname(this.#configFile), authorizedKeysFile });
    const text = await readIfPresent(authorizedKeysFile);
    if (text === undefined) return;
    await chown(authorizedKeysFile, 0, 0);
    this.#keyNames.learn(text);
  }

  /** The one we started, and one that outlived a killed run; their sessions go on and are remembered. */
  async #stopListeners(): Promise<void> {
    const { clock, logger } = this.#options;
    const command = [this.#launch.program, ...this.#sshd.words];
    const known = this.traces.current().listener;
    const found = this.#sshd.configFile === undefined ? [] : findListeners(command);
    const others = found.filter(({ pid }) => pid !== known?.pid);
    for (const listener of known === undefined ? others : [known, ...others]) {
      const { sessions, gone } = await stopListener(listener, { clock, ms: this.#timings.stopMs });
      this.traces.ended(sessions);
      if (!gone) throw new Failure('SessionsRemain', `sshd's listener, process ${String(listener.pid)}, does not end`);
      logger.info({ pid: listener.pid, sessions: sessions.length }, 'sshd no longer listens');
    }
  }
}

function keysFileOf(config: EffectiveConfig): string {
  return keysFileOfRoot(config.authorizedKeysFiles[0] ?? '.ssh/authorized_keys');
}
