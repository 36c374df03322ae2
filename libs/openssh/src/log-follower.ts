// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

import type { Clock, Fields, Logger } from '@ims/runtime';

import { PROBE_COMMENT } from './authorized-keys.ts';
import type { KeyNames } from './key-names.ts';
import { tailFile } from './log-file.ts';
import { parseLogLine, type LogEvent } from './sshd-log.ts';

/** What following sshd's log takes. */
export interface LogFollowerOptions {
  /** The `-E` of $SSHD_OPTIONS. */
  readonly file: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly keyNames: KeyNames;
  /** Looked at so often when no event came. */
  readonly tickMs?: number;
}

/** Tells sshd's log in our own. */
export interface LogFollower {
  /** Follows until the signal aborts, tells what is left, and resolves. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Follows sshd's log file into the structured log, so that logins and whose key made them are in the
 * container's own log (H38). It begins at what is added from now on.
 */
export function createLogFollower(options: LogFollowerOptions): LogFollower {
  const tail = tailFile(options.file);
  const probes: ProbeConnections = new Set();
  const tellNew = (): void => {
    for (const line of tail.read()) tell(options, line, probes);
  };
  return {
    run: async (signal) => {
      const changes = changesOf(options.file);
      while (!signal.aborted) {
        const changed = changes.next();
        tellNew();
        await options.clock.sleep(options.tickMs ?? 3000, AbortSignal.any([signal, changed])).catch(() => undefined);
      }
      changes.close();
      tellNew();
    },
  };
}

/** Tells that something happened to a file. */
interface Changes {
  /** Aborts at the next change from now on: taken before the file is read, so that nothing is missed. */
  next(): AbortSignal;
  close(): void;
}

/** Watches as soon as there is a directory to be watched. */
function changesOf(file: string): Changes {
  let changed = new AbortController();
  let watcher: FSWatcher | undefined;
  const close = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const open = (): FSWatcher | undefined => {
    try {
      const opened = watch(dirname(file), (_event, name) => {
        // Something happened to the directory itself: it may be another one now, and this watch tells nothing more.
        if (name === basename(dirname(file))) close();
        if (name !== null && name !== basename(file) && watcher !== undefined) return;
        changed.abort();
      });
      opened.on('error', () => {
        close();
        changed.abort();
      });
      return opened;
    } catch {
      // The directory is not there yet; the tick looks again.
      return undefined;
    }
  };
  return {
    next: () => {
      watcher ??= open();
      if (changed.signal.aborted) changed = new AbortController();
      return changed.signal;
    },
    close,
  };
}

/** Connections of the login probe, whose end is of as little interest as their beginning. */
type ProbeConnections = Set<string>;

function tell({ logger, keyNames }: LogFollowerOptions, line: string, probes: ProbeConnections): void {
  const event = parseLogLine(line);
  const [level, fields, message] = wordsFor(event, line, keyNames);
  logger[isOfProbe(event, fields, probes) ? 'debug' : level](fields, message);
}

function isOfProbe(event: LogEvent, fields: Fields, probes: ProbeConnections): boolean {
  if (event.kind !== 'login' && event.kind !== 'disconnect') return false;
  const connection = `${event.address} ${String(event.port)}`;
  if (event.kind === 'disconnect') return probes.delete(connection);
  if (fields['key'] !== PROBE_COMMENT) return false;
  probes.add(connection);
  return true;
}

function wordsFor(event: LogEvent, line: string, keyNames: KeyNames): ['debug' | 'info' | 'warn', Fields, string] {
  switch (event.kind) {
    case 'login': {
      const { method, user, address, port, keyType, fingerprint } = event;
      const key = fingerprint === undefined ? undefined : keyNames.commentOf(fingerprint);
      return [
        'info',
        { user, address, port, method, keyType, fingerprint, key },
        `${event.user} has logged in from ${event.address}`,
      ];
    }
    case 'disconnect': {
      const { user, address, port } = event;
      return ['info', { user, address, port }, `${user} has disconnected from ${address}`];
    }
    case 'failure':
      return ['warn', { sshd: line }, `sshd: ${line}`];
    case 'other':
      return ['debug', { sshd: line }, `sshd: ${line}`];
  }
}
