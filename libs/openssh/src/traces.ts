// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { sessionsOf } from './listener.ts';
import { isRunning, type ProcessIdentity } from './process-table.ts';

/** What the door knows of its processes, for whoever has to find the users' ones. */
export interface DoorProcesses {
  /** The sshd that listens now. */
  readonly listener: ProcessIdentity | undefined;
  /** Processes of connections whose listener is gone; their own parent no longer tells whose they are. */
  readonly sessions: readonly ProcessIdentity[];
}

/** Remembers which processes came from our listeners, also when a listener is gone. */
export interface Traces {
  current(): DoorProcesses;
  /** A listener was started. */
  follow(listener: ProcessIdentity): void;
  /** Looks at the listener's children now, so that they are known should it die. */
  look(): void;
  /** A listener ended; these were its sessions. */
  ended(sessions: readonly ProcessIdentity[]): void;
}

/** Makes an empty memory. */
export function createTraces(): Traces {
  let listener: ProcessIdentity | undefined;
  let sessions: readonly ProcessIdentity[] = [];
  const remember = (more: readonly ProcessIdentity[]): void => {
    const all = new Map(
      [...sessions, ...more].map((identity) => [`${String(identity.pid)} ${String(identity.startTime)}`, identity]),
    );
    sessions = [...all.values()].filter((identity) => isRunning(identity));
  };
  return {
    current: () => ({ listener, sessions }),
    follow: (started) => {
      listener = started;
    },
    look: () => {
      if (listener !== undefined) remember(sessionsOf(listener));
    },
    ended: (more) => {
      listener = undefined;
      remember(more);
    },
  };
}
