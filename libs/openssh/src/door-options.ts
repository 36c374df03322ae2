// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Clock, Logger, Runner } from '@ims/runtime';
import type { Door } from '@ims/session';

import type { KeyNames } from './key-names.ts';
import type { SessionVariables, ShellEnvironment } from './set-env.ts';
import type { DoorProcesses } from './traces.ts';

/** What a door is made of. */
export interface DoorOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  readonly clock: Clock;
  /** $SSHD_OPTIONS. */
  readonly sshdOptions: string;
  /** $SSHD_CONFIG_FILE; the `-f` of the options when left out (reference §10, D12). */
  readonly configFile?: string | undefined;
  readonly variables: SessionVariables;
  /** What else users see of this container's environment. */
  readonly environment?: ShellEnvironment | undefined;
  /** The image root that users are confined to; none when left out. */
  readonly jail?: string | undefined;
  /** Refuses an image root that sshd would refuse, and mends what is safe (H37). */
  readonly checkJail?: (() => Promise<void>) | undefined;
  /** Where host keys are made before there is a configuration that names them. */
  readonly hostKeyDirectory?: string | undefined;
  /** Shared with the log follower. */
  readonly keyNames?: KeyNames;
  readonly program?: string;
  readonly privilegeSeparationDirectory?: string;
  readonly timings?: Partial<DoorTimings>;
}

/** Every bound of a door in milliseconds. */
export interface DoorTimings {
  /** Between two looks at the listener. */
  readonly tickMs: number;
  readonly startMs: number;
  /** From SIGTERM to SIGKILL of the listener. */
  readonly stopMs: number;
  /** Of each of the probe's two logins. */
  readonly probeMs: number;
  /** How long a login of the probe that sshd does not let begin is tried again. */
  readonly droppedMs: number;
}

/** The door, and what it knows of its processes. */
export interface SshDoor extends Door {
  processes(): DoorProcesses;
  /**
   * Takes an sshd for the door that runs already or that somebody else is going to start; changes nothing but that the
   * directory of its privilege separation is there.
   * @throws Failure SshdRefused, ConfigurationInvalid when it would not take its configuration or not jail its users
   */
  attach(): Promise<void>;
}

/** The bounds that hold when nothing else is said. */
export const DOOR_TIMINGS: DoorTimings = {
  tickMs: 3000,
  startMs: 10_000,
  stopMs: 5000,
  probeMs: 20_000,
  droppedMs: 180_000,
};
