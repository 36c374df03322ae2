// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Which bytes of an object are wanted. */
export interface RangeRequest {
  /** The first byte. */
  readonly start: number;
  /** From which version the bytes before `start` are; with another one the answer begins at 0. */
  readonly version: string | undefined;
  readonly signal: AbortSignal;
}

/** Bytes on their way. */
export interface OpenedRange {
  /** Where they begin: as asked, or 0. */
  readonly start: number;
  /** Bytes of the whole object, when it is known. */
  readonly size: number | undefined;
  /** What tells this version of the object from others; without it nothing can be resumed. */
  readonly version: string | undefined;
  /** Of the whole object in lower-case hex, when the store keeps it beside the object. */
  readonly md5: string | undefined;
  /** Each piece is good until the next one is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives up what was not read. */
  close(): void;
}

/** An object that can be read from any byte on. */
export interface RangeSource {
  /** Where it is, as anybody may read it. */
  readonly place: string;
  /** What tells its address from others, without what signs it. */
  readonly identity: string;
  /**
   * @throws Failure SourceUnavailable, TransferStalled (both passing), SourceRefused, SourceExpired, SourceCorrupt;
   *   so does reading the body
   */
  open(request: RangeRequest): Promise<OpenedRange>;
}
