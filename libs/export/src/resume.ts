// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import { inOrder } from './order.ts';
import type { JournalEntry, ManifestLocation, Packed } from './ports.ts';
import { NO_FACTS, type Facts } from './states.ts';

/** From where an agent goes on that starts on a volume with a journal. */
export type ResumePoint =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'opened' }
  | { readonly kind: 'marked-failed'; readonly message: string }
  | { readonly kind: 'closed'; readonly facts: Facts; readonly packed: Packed | undefined }
  | { readonly kind: 'stored'; readonly facts: Facts; readonly location: ManifestLocation }
  | { readonly kind: 'published'; readonly facts: Facts };

/**
 * Decides from the journal where to go on. Later entries win, and how an earlier start ended does not
 * matter: what is durable counts.
 *
 * @throws Failure JournalUnreadable when the journal is of another job
 */
export function resumePoint(entries: readonly JournalEntry[], jobId: string): ResumePoint {
  const foreign = entries.find((entry) => entry.step === 'opened' && entry.job !== jobId);
  if (foreign?.step === 'opened') {
    throw new Failure('JournalUnreadable', `the journal belongs to job ${foreign.job}, not to ${jobId}`);
  }
  const closed = last(entries, 'closed');
  if (closed === undefined) return entries.length === 0 ? { kind: 'fresh' } : { kind: 'opened' };
  if (closed.outcome === 'failed') return { kind: 'marked-failed', message: closed.message };
  return afterClosing(entries);
}

function afterClosing(entries: readonly JournalEntry[]): ResumePoint {
  const facts = factsOf(entries);
  const location = facts.manifest;
  if (last(entries, 'registered') !== undefined) return { kind: 'published', facts };
  if (location !== undefined) return { kind: 'stored', facts, location };
  return { kind: 'closed', facts, packed: facts.packed };
}

/** What was put outside before it was taken back does not count: only the archive on the volume still does. */
function factsOf(entries: readonly JournalEntry[]): Facts {
  const withdrawn = entries.findLastIndex(({ step }) => step === 'withdrawn');
  const outside = entries.slice(withdrawn + 1);
  const imageId = last(outside, 'image')?.imageId;
  return {
    ...NO_FACTS,
    packed: last(entries, 'packed')?.packed,
    imageId,
    artifacts: inOrder(outside.flatMap((entry) => (entry.step === 'stored' ? [entry.artifact] : []))),
    manifest: last(outside, 'manifest')?.location,
    checkpoints: Object.fromEntries(
      outside.flatMap((entry) => (entry.step === 'storing' ? [[entry.name, entry.checkpoint]] : [])),
    ),
    abandoned: imageId === undefined ? last(entries.slice(0, withdrawn + 1), 'image')?.imageId : undefined,
  };
}

/** The id of an image that something may have been put outside for and that is not published. */
export function unpublishedImage(entries: readonly JournalEntry[]): string | undefined {
  return last(entries, 'registered') === undefined ? factsOf(entries).imageId : undefined;
}

function last<S extends JournalEntry['step']>(
  entries: readonly JournalEntry[],
  step: S,
): Extract<JournalEntry, { step: S }> | undefined {
  return entries.findLast((entry): entry is Extract<JournalEntry, { step: S }> => entry.step === step);
}
