// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from './status.ts';
import { bytesOf, shorten } from './text.ts';
import { VERSION } from './version.ts';

/** What all annotations, conditions and the reporting controller of the pair begin with. */
export const KUBERNETES_PREFIX = 'ims.cray.com/';

/** All annotations of a job together, keys included, in bytes; Kubernetes itself allows a pod 256 KiB. */
export const ANNOTATIONS_LIMIT = 16 * 1024;

/** One row of {@link ANNOTATIONS}. */
export interface AnnotationRow {
  /** One sentence for people. */
  readonly meaning: string;
  /** The most bytes that the value may have. */
  readonly limit: number;
  /** What becomes of a value that is longer: half a name or half a list of facts would be a lie. */
  readonly tooLong: 'shortened' | 'oldest dropped first' | 'left out';
  /** A text, or a list that is written as JSON; `undefined` when there is nothing to say. */
  readonly value: (status: JobStatus) => string | readonly unknown[] | undefined;
}

/** Every annotation that the agent writes to its own pod, by the key after {@link KUBERNETES_PREFIX}. */
export const ANNOTATIONS = {
  phase: {
    meaning: 'The phase the job is in',
    limit: 64,
    tooLong: 'left out',
    value: ({ phase }) => phase,
  },
  'phase-since': {
    meaning: 'When it entered the phase, RFC 3339 in UTC',
    limit: 64,
    tooLong: 'left out',
    value: ({ phaseSince }) => phaseSince,
  },
  reason: {
    meaning: 'Why it is in the phase: a reason of the errors, or one word of the phase itself',
    limit: 64,
    tooLong: 'left out',
    value: ({ reason }) => reason,
  },
  message: {
    meaning: 'One sentence for a person, saying what to do next',
    limit: 2048,
    tooLong: 'shortened',
    value: ({ message }) => message,
  },
  'phase-history': {
    meaning: 'JSON: each phase with the time it was entered, the oldest first',
    limit: 2048,
    tooLong: 'oldest dropped first',
    value: ({ history }) => history,
  },
  progress: {
    meaning: 'How far the step is that runs, written at most every ten seconds and only on change',
    limit: 256,
    tooLong: 'shortened',
    value: ({ progress }) => progress,
  },
  'job-status': {
    meaning: 'The last status of the job that IMS has accepted',
    limit: 64,
    tooLong: 'left out',
    value: ({ jobStatus }) => jobStatus,
  },
  'job-status-pending': {
    meaning: 'How many calls wait until IMS answers again',
    limit: 16,
    tooLong: 'left out',
    value: ({ jobStatusPending }) => (jobStatusPending === undefined ? undefined : String(jobStatusPending)),
  },
  'ssh-host-key': {
    meaning: 'The public host key of the shell, as `known_hosts` has it',
    limit: 1024,
    tooLong: 'left out',
    value: (status) => preferredHostKey(status),
  },
  'ssh-host-key-fingerprint': {
    meaning: 'The fingerprint of that key, as `ssh` shows it at the first login',
    limit: 64,
    tooLong: 'left out',
    value: ({ hostKeyFingerprint }) => hostKeyFingerprint,
  },
  'image-id': {
    meaning: 'The id of the IMS image record',
    limit: 64,
    tooLong: 'left out',
    value: ({ imageId }) => imageId,
  },
  'image-name': {
    meaning: 'The name of the image that is made',
    limit: 1024,
    tooLong: 'shortened',
    value: ({ imageName }) => imageName,
  },
  manifest: {
    meaning: 'Where the manifest of the published image is',
    limit: 2048,
    tooLong: 'left out',
    value: ({ manifest }) => manifest,
  },
  'manifest-etag': {
    meaning: 'The etag of the manifest',
    limit: 128,
    tooLong: 'left out',
    value: ({ manifestEtag }) => manifestEtag,
  },
  artifacts: {
    meaning: 'JSON: type, path, size in bytes, md5, sha256 and etag of each artifact that is stored',
    limit: 4096,
    tooLong: 'left out',
    value: ({ artifacts }) =>
      artifacts.length === 0
        ? undefined
        : JSON.stringify(
            artifacts.map(({ type, path, size, md5, sha256, etag }) => ({ type, path, size, md5, sha256, etag })),
          ),
  },
  'squashfs-ratio': {
    meaning: 'Bytes that were packed and bytes that came of it, as `input/output`',
    limit: 64,
    tooLong: 'left out',
    value: ({ squashfs }) =>
      squashfs === undefined ? undefined : `${String(squashfs.inputSize)}/${String(squashfs.size)}`,
  },
  timings: {
    meaning: 'JSON: seconds spent in each phase that is behind the job',
    limit: 512,
    tooLong: 'left out',
    value: ({ timings }) => (Object.keys(timings).length === 0 ? undefined : JSON.stringify(timings)),
  },
  'agent-version': {
    meaning: 'The version of the agent',
    limit: 64,
    tooLong: 'left out',
    value: () => VERSION,
  },
  pair: {
    meaning: 'What the other container is: `ims-sshd/` and its version, or `reference`',
    limit: 128,
    tooLong: 'shortened',
    value: ({ pair }) => pair,
  },
} as const satisfies Record<string, AnnotationRow>;

/** The key of an annotation, without its prefix. */
export type AnnotationName = keyof typeof ANNOTATIONS;

/** The annotations of a status by their full keys, each within its limit; one without a value is not among them. */
export function encodeAnnotations(status: JobStatus): Record<string, string> {
  const rows: [string, AnnotationRow][] = Object.entries(ANNOTATIONS);
  return Object.fromEntries(
    rows.flatMap(([name, row]) => {
      const value = fitted(row, row.value(status));
      return value === undefined || value === '' ? [] : [[`${KUBERNETES_PREFIX}${name}`, value]];
    }),
  );
}

/** The full keys of all annotations. */
export function annotationKeys(): string[] {
  return Object.keys(ANNOTATIONS).map((name) => `${KUBERNETES_PREFIX}${name}`);
}

/** The key that a user is shown to pin: the one that every ssh of today asks for first. */
export function preferredHostKey({ hostKeys }: Pick<JobStatus, 'hostKeys'>): string | undefined {
  return hostKeys.find((key) => key.startsWith('ssh-ed25519 ')) ?? hostKeys[0];
}

function fitted(row: AnnotationRow, value: ReturnType<AnnotationRow['value']>): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return newestOf(value, row.limit);
  if (row.tooLong === 'shortened') return shorten(value, row.limit);
  return bytesOf(value) <= row.limit ? value : undefined;
}

function newestOf(list: readonly unknown[], limit: number): string | undefined {
  const kept: string[] = [];
  let size = '[]'.length;
  for (const entry of list.toReversed()) {
    const text = JSON.stringify(entry);
    size += bytesOf(text) + (kept.length === 0 ? 0 : ','.length);
    if (size > limit) break;
    kept.unshift(text);
  }
  return kept.length === 0 ? undefined : `[${kept.join(',')}]`;
}
