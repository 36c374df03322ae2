// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';

import { ARTIFACTS, type ArtifactName } from '@ims/contract';
import type { JournalEntry } from '@ims/export';

const artifact = fc.record({
  name: fc.constantFrom(...(Object.keys(ARTIFACTS) as ArtifactName[])),
  type: fc.string(),
  path: fc.string({ unit: 'binary' }),
  size: fc.maxSafeNat(),
  md5: fc.string(),
  sha256: fc.string(),
  etag: fc.string(),
});

const sums = fc.record({
  md5: fc.string(),
  sha256: fc.string(),
  partBytes: fc.integer({ min: 1 }),
  partsSha256: fc.string(),
});

const packed = fc.record(
  { size: fc.maxSafeNat(), inputSize: fc.maxSafeNat(), compression: fc.string(), sums },
  { requiredKeys: ['size', 'inputSize', 'compression'] },
);

/** Any entry but the first. */
export const anyEntry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({
    step: fc.constant('closed' as const),
    outcome: fc.constantFrom('complete' as const, 'failed' as const),
    message: fc.string({ unit: 'binary' }),
  }),
  fc.record({ step: fc.constant('image' as const), imageId: fc.uuid() }),
  fc.record({
    step: fc.constant('packed' as const),
    packed,
  }),
  fc.record({ step: fc.constant('stored' as const), artifact }),
  fc.record({ step: fc.constant('manifest' as const), location: fc.record({ path: fc.string(), etag: fc.string() }) }),
  fc.constant({ step: 'registered' as const }),
  fc.record({
    step: fc.constant('ended' as const),
    phase: fc.constantFrom('Succeeded' as const, 'Failed' as const),
    reason: fc.string(),
  }),
);

/** A journal's entries in order. */
export const anyJournal: fc.Arbitrary<JournalEntry[]> = fc
  .tuple(fc.uuid(), fc.array(anyEntry, { maxLength: 12 }))
  .map(([job, rest]) => [{ step: 'opened', job }, ...rest]);
