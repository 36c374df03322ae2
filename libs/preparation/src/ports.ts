// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from '@ims/contract';
import type { Clock, Logger } from '@ims/runtime';

/** Room on a file system, or what is needed of it. */
export interface Room {
  readonly bytes: number;
  /** `Infinity` where the file system has no fixed number of them. */
  readonly inodes: number;
}

/** The first bytes of an image that arrives, and how much of it is still to come. */
export interface Beginning {
  readonly head: Uint8Array;
  /** Bytes of the whole, when the server said. */
  readonly size: number | undefined;
  /** Bytes that lie on the volume already. */
  readonly kept: number;
}

/** How far a transfer is, in bytes; the total is unknown until the server says. */
export type OnTransfer = (done: number, total: number | undefined) => void;

/** What is to be fetched, and who hears of it. */
export interface FetchRequest {
  /** Whether somebody has announced an md5, so that it is taken in any case. */
  readonly isAnnounced: boolean;
  /** How many first bytes {@link FetchRequest.check} wants. */
  readonly headBytes: number;
  /**
   * Looks at the beginning before a byte of the rest is written. A SourceCorrupt that it throws is looked into once
   * more; anything else ends the fetch.
   */
  readonly check: (beginning: Beginning) => Promise<void>;
  readonly onTransfer: OnTransfer;
  readonly signal: AbortSignal;
}

/** Brings the image to the volume, as one file. */
export interface Fetcher {
  /** Where it comes from, as anybody may read it: never what signs the address (H34). */
  readonly place: string;
  /**
   * Fetches what is not there yet, also what an earlier start has left undone.
   * @throws Failure SourceUnavailable, SourceRefused, SourceExpired, SourceCorrupt, TransferStalled, NoSpace
   */
  fetch(request: FetchRequest): Promise<{ readonly bytes: number }>;
  /**
   * Compares what was fetched with its md5 in lower-case hex; what the store itself says of the object counts when it
   * is left out. Nothing may be fetched meanwhile.
   * @throws Failure SourceCorrupt
   */
  verify(md5: string | undefined, signal: AbortSignal): Promise<void>;
  /** Removes what was fetched, and all that is known of it. Repeatable. */
  discard(): Promise<void>;
}

/** What the beginning of an image tells. */
export interface Announced {
  /** Bytes of the image. */
  readonly bytes: number;
  /** What it takes unpacked, at the least: never more than it really takes. */
  readonly atLeast: Room;
}

/** Knows the image's format. */
export interface Unpacker {
  readonly headBytes: number;
  /** @throws Failure SourceCorrupt when these are not the first bytes of an image */
  announced(head: Uint8Array): Announced;
  /**
   * What the fetched image takes unpacked, without unpacking it.
   * @throws Failure SourceCorrupt
   */
  needs(signal: AbortSignal): Promise<Room>;
  /**
   * Unpacks the fetched image to a directory that it makes, with owners, modes, attributes and devices.
   * @throws Failure SourceCorrupt, NoSpace, PackingFailed
   */
  unpack(directory: string, onProgress: (done: number, total: number) => void, signal: AbortSignal): Promise<void>;
}

/**
 * How far an earlier start came for this very job; `doubtful` when the machine was started anew before what was
 * unpacked was written out, so that files of it may be empty.
 */
export type Progress = 'nothing' | 'unpacked' | 'prepared' | 'doubtful';

/** The shared volume. */
export interface Volume {
  /** Its path. */
  readonly place: string;
  progress(): Promise<Progress>;
  /** Whether the pair has begun to work here: then the image root is a user's work. */
  hasBegun(): Promise<boolean>;
  /** Removes flags and products of earlier jobs; gives the names of what was there. */
  clear(): Promise<readonly string[]>;
  room(): Promise<Room>;
  /** Removes what was half unpacked, following no link, and gives a path to unpack to, at which nothing is. */
  freshPlace(): Promise<string>;
  /** Notes that all is unpacked. It outlives every process, but not the machine: the pair has it written out. */
  keep(): Promise<void>;
  /** Puts what was unpacked into the place of the image root, and notes that all is done. Repeatable. */
  moveIn(): Promise<void>;
  /** Removes what was unpacked and not moved in. */
  discard(): Promise<void>;
}

/** Tells the outside. Never throws and never blocks. */
export interface Reporter {
  report(status: JobStatus): void;
  progress(text: string): void;
  /** Resolves when the last report is out, or after a bound. */
  flush(): Promise<void>;
}

/** The agent, which comes when this stage is over. */
export interface AgentToCome {
  /**
   * Checks what it will check, as far as that can be known here: nobody waits an hour for an image that it refuses.
   * @throws Failure whatever the agent would end with
   */
  check(signal: AbortSignal): Promise<void>;
}

/** Everything that the story needs of the world. */
export interface PreparationPorts {
  readonly agent: AgentToCome;
  readonly fetcher: Fetcher;
  readonly unpacker: Unpacker;
  readonly volume: Volume;
  readonly reporter: Reporter;
  readonly logger: Logger;
  readonly clock: Clock;
}
