// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { watch } from 'node:fs';
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
      while (!signal.aborted) {
        const changed = changeOf(options.file);
        tellNew();
        await options.clock
          .sleep(options.tickMs ?? 1000, AbortSignal.any([signal, changed.signal]))
          .catch(() => undefined);
        changed.close();
      }
      tellNew();
    },
  };
}

/** Aborts when something happens to the file; armed before the file is read, so that nothing is missed. */
function changeOf(file: string): { signal: AbortSignal; close: () => void } {
  const changed = new AbortController();
  try {
    const watcher = watch(dirname(file), (_event, name) => {
      if (name === null || name === basename(file)) changed.abort();
    });
    watcher.on('error', () => changed.abort());
    return { signal: changed.signal, close: () => watcher.close() };
  } catch {
    // The directory is not there yet; the tick looks again.
    return { signal: changed.signal, close: () => undefined };
  }
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
