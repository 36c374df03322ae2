// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { StoredArtifact } from './manifest.ts';
import type { ReportedPhase } from './phases.ts';

/** A message longer than this many bytes is cut by the kubelet's readers; ours is refused before. */
export const TERMINATION_MESSAGE_LIMIT = 2048;

/** What a job tells the world: the status file, `ims-job show` and the pod annotations come from it. */
export interface JobStatus {
  readonly job: string;
  readonly phase: ReportedPhase;
  /** RFC 3339, UTC. */
  readonly phaseSince: string;
  /** CamelCase: a reason of the errors table, or why the phase was entered. */
  readonly reason: string;
  /** One sentence for a person, saying what to do next. */
  readonly message: string;
  /** Oldest first. */
  readonly history: readonly (readonly [ReportedPhase, string])[];
  /** Seconds spent in each phase so far. */
  readonly timings: Readonly<Record<string, number>>;
  readonly imageId: string | undefined;
  readonly imageName: string;
  /** Path or address of the manifest. */
  readonly manifest: string | undefined;
  readonly artifacts: readonly StoredArtifact[];
  /** Public host keys of the shell, `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
  /** `ims-sshd/<version>`, or `reference` for a container that is not ours. */
  readonly pair: string | undefined;
  /** The fingerprint of the host key that is shown, `SHA256:…`. */
  readonly hostKeyFingerprint?: string;
  /** How far the step is that runs: `rootfs 61% 88.2/143.2 MB 95 MB/s 0:01 left`. */
  readonly progress?: string;
  /** The last job status that IMS has accepted. */
  readonly jobStatus?: string;
  /** How many calls to IMS wait. */
  readonly jobStatusPending?: number;
  readonly manifestEtag?: string;
  /** Bytes that were packed, and bytes of the squashfs. */
  readonly squashfs?: { readonly inputSize: number; readonly size: number };
}

/**
 * The termination message: one JSON object within {@link TERMINATION_MESSAGE_LIMIT} bytes.
 * The free text is shortened when it does not fit, never the facts.
 */
export function encodeTermination(status: JobStatus): string {
  const encode = (message: string): string =>
    JSON.stringify({
      phase: status.phase,
      reason: status.reason,
      message,
      imageId: status.imageId,
      manifest: status.manifest,
    });
  let message = status.message;
  while (message !== '' && new TextEncoder().encode(encode(message)).length > TERMINATION_MESSAGE_LIMIT) {
    message = `${message.slice(0, Math.floor(message.length * 0.9) - 1)}…`.replace(/^…$/, '');
  }
  return encode(message);
}
