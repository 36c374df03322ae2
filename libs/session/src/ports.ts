// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Board, Clock, Logger, Peer } from '@ims/runtime';

/** sshd and all that belongs to it. */
export interface Door {
  /** True when the agent has written sshd's configuration: only then `ready` counts (a new pod has lost it). */
  isConfigured(): Promise<boolean>;
  /** Makes missing host keys and checks the jail; everything slow that need not wait for `ready`. */
  prepare(): Promise<void>;
  /**
   * Amends the configuration, checks it and starts sshd.
   * @throws Failure SshdRefused, JailRefused, ConfigurationInvalid
   */
  open(): Promise<OpenDoor>;
  /**
   * Logs in through the door with a throw-away key: a command without a terminal, and sftp.
   * @throws Failure LoginProbeFailed with what ssh and sshd said
   */
  probe(signal: AbortSignal): Promise<void>;
  /**
   * Starts sshd again whenever it dies. Never resolves.
   * @throws Failure SshdKeepsDying after too many deaths in a short time
   */
  supervise(signal: AbortSignal): Promise<never>;
  /** Stops the listener, so that nobody new comes in; sessions go on. */
  shut(): Promise<void>;
}

/** What can be said of an open door. */
export interface OpenDoor {
  /** Public host keys, `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
  readonly port: number;
}

/** A process that can write to the image root on a user's behalf. */
export interface SessionProcess {
  readonly pid: number;
  readonly command: string;
  /** `/dev/pts/3` when somebody sits at a terminal. */
  readonly terminal: string | undefined;
}

/** The users' processes. */
export interface Sessions {
  list(): Promise<readonly SessionProcess[]>;
  /** Writes a message to every open terminal. */
  tell(message: string): Promise<void>;
  /**
   * Ends them all: asks, then SIGHUP, SIGTERM, SIGKILL, each bounded and each said in the log.
   * Resolves at once when there is none, and only when none is left.
   * @throws Failure SessionsRemain naming what could not be ended
   */
  end(): Promise<void>;
}

/** The site's customization script. */
export interface Script {
  /** Whether the site has one: without it there is nothing to tell of. */
  isThere(): Promise<boolean>;
  /** Runs it to its end; `absent` when it has gone meanwhile. */
  run(signal: AbortSignal): Promise<'absent' | { readonly exitCode: number; readonly lastLines: string }>;
}

/** What the kernel has to offer for some images: pseudo file systems for DKMS, emulation for aarch64. */
export interface Platform {
  /** @throws Failure PlatformUnavailable */
  setUp(): Promise<void>;
  /** Takes the mounts away again; never throws, says what remains. */
  tearDown(): Promise<void>;
}

/** Everything that the session needs of the world. */
export interface SessionPorts {
  readonly board: Board;
  readonly peer: Peer;
  readonly door: Door;
  readonly sessions: Sessions;
  readonly script: Script;
  readonly platform: Platform;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A new unique word. */
  newId(): string;
}
