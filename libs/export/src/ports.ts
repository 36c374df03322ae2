// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactName, JobStatus, LinkType, StoredArtifact } from '@ims/contract';
import type { Board, Clock, Logger, Peer } from '@ims/runtime';

/** What is prepared before the shell opens, and taken back before the image is packed. */
export interface Stage {
  /** Whether a shell can be opened at all: what is wrong is said before anything is changed. */
  check(): Promise<void>;
  /** CA into the image: before the shell for customize, before packing for create. Safe to repeat. */
  injectCertificates(): Promise<void>;
  /** resolv.conf, sshd's configuration, authorized keys; refuses a root that sshd would refuse. Safe to repeat. */
  setUp(): Promise<void>;
  /** Removes flags that an earlier customization left in the image; only before the shell has ever opened. */
  clearStaleFlags(): Promise<void>;
  /** Puts the image's own resolv.conf back (H1), removes flags, tightens `/image` (H25). Safe to repeat. */
  restore(): Promise<void>;
  /** True when an ssh server answers on the port, for a peer that shows no sign of ours. */
  bannerAnswers(signal: AbortSignal): Promise<boolean>;
  /** True while an ssh server that has answered is still there, busy or not. */
  sshIsThere(signal: AbortSignal): Promise<boolean>;
}

/** One thing that packaging needs and the image root lacks, in a sentence that says what to do. */
export interface Finding {
  readonly reason: 'ImageInvalid' | 'PathEscapesRoot' | 'NoSpace' | 'KernelMismatch';
  readonly message: string;
}

/** Looks whether the image root can be packaged; changes nothing. */
export interface Inspector {
  inspect(): Promise<readonly Finding[]>;
}

/** A progress report of a long step, in bytes. */
export type OnProgress = (done: number, total: number) => void;

/** What packing made. */
export interface Packed {
  /** Bytes of the squashfs. */
  readonly size: number;
  /** Bytes of the files in the image root. */
  readonly inputSize: number;
  /** `zstd`, `gzip`, … and why. */
  readonly compression: string;
  /** Journals of older versions have none: the archive is then read once more before it is stored. */
  readonly sums?: ArchiveSums;
}

/** What tells an archive from any other, taken when it was packed; in lower-case hex. */
export interface ArchiveSums {
  readonly md5: string;
  readonly sha256: string;
  /** Bytes of a part in which it may be stored, the last one apart. */
  readonly partBytes: number;
  /** The sha256 of the sha256s of the parts: however many there are, the journal has one. */
  readonly partsSha256: string;
}

/** Packs the image root into the layout's archive. */
export interface Packer {
  /** @throws Failure PackingFailed, NoSpace */
  pack(onProgress: OnProgress, signal: AbortSignal): Promise<Packed>;
}

/** The bytes of one artifact, readable more than once. */
export interface ArtifactSource {
  readonly name: ArtifactName;
  readonly size: number;
  /** The bytes from `start` (inclusive) to `end` (exclusive), all of them when left out. */
  stream(range?: { readonly start: number; readonly end: number }): AsyncIterable<Uint8Array>;
  /**
   * An open file that holds exactly these bytes, to be read by position until `close`. For large sources: threads
   * share descriptors, and new memory for each chunk costs more than reading it.
   */
  readonly descriptor?: number;
  /** What it has to be, when that is known before it is read: nothing else is ever stored. */
  readonly sums?: ArchiveSums;
  close(): Promise<void>;
}

/** Opens what is to be stored: the archive, then kernel, initrd and, if there is one, the parameters. */
export interface Artifacts {
  /** Whether the archive that packing made is still there in full, for an agent that starts again. */
  isArchiveIntact(packed: Packed): Promise<boolean>;
  /** `undefined` for boot parameters that are not wanted or not there (said in the log, H23). */
  open(name: ArtifactName): Promise<ArtifactSource | undefined>;
}

/** For which image something is stored. */
export interface ImageIdentity {
  readonly imageId: string;
  readonly imageName: string;
  readonly jobId: string;
}

/**
 * How far an unfinished transfer came, for another start of the agent. The text is the store's own: nobody else
 * reads it. It is durable when `save` resolves.
 */
export interface Checkpoint {
  readonly found: string | undefined;
  save(text: string): Promise<void>;
}

/** How one artifact is stored. */
export interface PutOptions {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  /** Without one nobody can go on with an unfinished transfer: it is taken back when it fails. */
  readonly checkpoint?: Checkpoint;
}

/** The artifact repository. Implementations verify what they stored and do not retry in silence. */
export interface ArtifactStore {
  readonly linkType: LinkType;
  /**
   * Makes sure that it can be written, before anybody works for hours on what could not be published.
   * @throws Failure StoreUnavailable, StoreRefused
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** @throws Failure StoreUnavailable, StoreRefused, TransferStalled, VerificationFailed, NoSpace */
  put(image: ImageIdentity, source: ArtifactSource, options: PutOptions): Promise<StoredArtifact>;
  /**
   * Stores the manifest; only when every artifact it names is durable. Whatever else an earlier start left of the
   * image is gone afterwards.
   */
  putManifest(image: ImageIdentity, text: string, signal: AbortSignal): Promise<ManifestLocation>;
  /** Removes all that is held of an image, unfinished transfers too. Repeating it changes nothing. */
  discard(image: ImageIdentity, signal: AbortSignal): Promise<void>;
}

/** Where the manifest of an image stands. */
export interface ManifestLocation {
  readonly path: string;
  readonly etag: string;
}

/** The image records. */
export interface ImageRegistry {
  /** Gives the id of this job's image: the same one however often it is asked. */
  create(job: { readonly jobId: string; readonly imageName: string }, signal: AbortSignal): Promise<string>;
  /** Links the manifest to the record; repeating it changes nothing. */
  link(image: ImageIdentity, manifest: ManifestLocation & { linkType: LinkType }, signal: AbortSignal): Promise<void>;
  /** Tells the record of the job which image came of it; only when all of that is durable (H41). Repeatable. */
  announce(image: ImageIdentity, signal: AbortSignal): Promise<void>;
  /**
   * Removes the record of an image that will not be. Repeatable: one that is gone already counts as removed.
   * False when a manifest is linked to it: then it stays, since somebody may use the image.
   */
  withdraw(image: ImageIdentity, signal: AbortSignal): Promise<boolean>;
}

/** The journal on the volume: append-only, durable when `append` resolves. */
export interface Journal {
  entries(): Promise<readonly JournalEntry[]>;
  append(entry: JournalEntry): Promise<void>;
}

/** One step that is behind us, so that another start of the agent goes on from here. */
export type JournalEntry =
  | { readonly step: 'opened'; readonly job: string }
  | { readonly step: 'closed'; readonly outcome: 'complete' | 'failed'; readonly message: string }
  | { readonly step: 'image'; readonly imageId: string }
  | { readonly step: 'packed'; readonly packed: Packed }
  | { readonly step: 'storing'; readonly name: ArtifactName; readonly checkpoint: string }
  | { readonly step: 'stored'; readonly artifact: StoredArtifact }
  | { readonly step: 'manifest'; readonly location: ManifestLocation }
  | { readonly step: 'registered' }
  | { readonly step: 'withdrawn' }
  | { readonly step: 'ended'; readonly phase: 'Succeeded' | 'Failed'; readonly reason: string };

/** Tells the outside what the job is doing. Never throws and never blocks the job. */
export interface Reporter {
  report(status: JobStatus): void;
  progress(text: string): void;
  /** Resolves when the last report is out, or after a bound. */
  flush(): Promise<void>;
}

/** Everything that the agent's story needs of the world. */
export interface ExportPorts {
  readonly board: Board;
  readonly peer: Peer;
  readonly stage: Stage;
  readonly inspector: Inspector;
  readonly packer: Packer;
  readonly artifacts: Artifacts;
  readonly store: ArtifactStore;
  readonly registry: ImageRegistry;
  readonly journal: Journal;
  readonly reporter: Reporter;
  readonly logger: Logger;
  readonly clock: Clock;
}
