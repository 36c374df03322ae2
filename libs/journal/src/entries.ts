// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS, type ArtifactName, type StoredArtifact } from '@ims/contract';
import type { ArchiveSums, JournalEntry, ManifestLocation, Packed } from '@ims/export';
import { count, FieldError, objectOf, oneOf, positive, text, type RawFields } from './fields.ts';

type Step = JournalEntry['step'];
type EntryOf<S extends Step> = Extract<JournalEntry, { step: S }>;

const ARTIFACT_NAMES = Object.keys(ARTIFACTS) as ArtifactName[];

/** One decoder for each step; the compiler names the one that a new step still needs. */
const DECODERS: { readonly [S in Step]: (fields: RawFields) => EntryOf<S> } = {
  opened: (fields) => ({ step: 'opened', job: text(fields, 'job') }),
  closed: (fields) => ({
    step: 'closed',
    outcome: oneOf(fields, 'outcome', ['complete', 'failed']),
    message: text(fields, 'message'),
  }),
  image: (fields) => ({ step: 'image', imageId: text(fields, 'imageId') }),
  packed: (fields) => ({ step: 'packed', packed: packedOf(objectOf(fields['packed'], 'packed')) }),
  storing: (fields) => ({
    step: 'storing',
    name: oneOf(fields, 'name', ARTIFACT_NAMES),
    checkpoint: text(fields, 'checkpoint'),
  }),
  stored: (fields) => ({ step: 'stored', artifact: artifactOf(objectOf(fields['artifact'], 'artifact')) }),
  manifest: (fields) => ({ step: 'manifest', location: locationOf(objectOf(fields['location'], 'location')) }),
  registered: () => ({ step: 'registered' }),
  withdrawn: () => ({ step: 'withdrawn' }),
  ended: (fields) => ({
    step: 'ended',
    phase: oneOf(fields, 'phase', ['Succeeded', 'Failed']),
    reason: text(fields, 'reason'),
  }),
};

function packedOf(fields: RawFields): Packed {
  const { sums } = fields;
  return {
    size: count(fields, 'size'),
    inputSize: count(fields, 'inputSize'),
    compression: text(fields, 'compression'),
    ...(sums === undefined ? {} : { sums: sumsOf(objectOf(sums, 'sums')) }),
  };
}

function sumsOf(fields: RawFields): ArchiveSums {
  return {
    md5: text(fields, 'md5'),
    sha256: text(fields, 'sha256'),
    partBytes: positive(fields, 'partBytes'),
    partsSha256: text(fields, 'partsSha256'),
  };
}

function artifactOf(fields: RawFields): StoredArtifact {
  return {
    name: oneOf(fields, 'name', ARTIFACT_NAMES),
    type: text(fields, 'type'),
    path: text(fields, 'path'),
    size: count(fields, 'size'),
    md5: text(fields, 'md5'),
    sha256: text(fields, 'sha256'),
    etag: text(fields, 'etag'),
  };
}

function locationOf(fields: RawFields): ManifestLocation {
  return { path: text(fields, 'path'), etag: text(fields, 'etag') };
}

/** The line of an entry, with the time it was written for whoever reads the file. */
export function encodeLine(entry: JournalEntry, at: Date): string {
  return `${JSON.stringify({ at: at.toISOString(), ...entry })}\n`;
}

/**
 * The entry in a line; fields that are not known are left out.
 *
 * @throws FieldError saying what is wrong with it
 */
export function decodeLine(line: string): JournalEntry {
  const fields = objectOf(parse(line), 'the line');
  const step = text(fields, 'step');
  if (!isStep(step)) throw new FieldError(`step ${JSON.stringify(step)} was written by a newer version`);
  return DECODERS[step](fields);
}

function isStep(step: string): step is Step {
  return Object.hasOwn(DECODERS, step);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new FieldError('it is no JSON');
  }
}
