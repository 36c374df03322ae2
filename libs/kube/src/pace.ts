// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { BACKOFF, doubledMs } from '@ims/retry';

/** Writes of one kind that follow each other within this time become one, in milliseconds. */
const SPACING_MS = 1000;

/** After so many writes of one kind a job is no ordinary one: somebody goes round in circles. */
const ORDINARY_WRITES = 16;

const LONGEST_SPACING_MS = 60_000;

/** What can wait (progress, the last status of IMS) is written at most this often, in milliseconds. */
const SELDOM_MS = 10_000;

const LONGEST_SELDOM_MS = 120_000;

/** A repeated event is told again at most this often, in milliseconds. */
const SERIES_MS = 10_000;

const LONGEST_SERIES_MS = 300_000;

/**
 * An API server that has just started forbids what it allows a moment later, until it has read who may do what
 * (Kubernetes issue 121635): it is believed when it has said so this often in a row.
 */
export const BELIEVED_REFUSALS = 4;

/** The same while the last words wait and nothing has ever been allowed: most likely there are no rights. */
export const BELIEVED_IN_A_HURRY = 2;

const LONGEST_REFUSED_MS = 300_000;

/**
 * How long after the `times`th time in a row that something was forbidden it is tried again.
 *
 * @param random from 0 to 1
 */
export function refusedMs(times: number, random: number): number {
  return doubledMs(BACKOFF.firstMs, times - 1, LONGEST_REFUSED_MS) * (0.5 + random / 2);
}

/** How long after a write of a kind the next one may follow, when there were `writes` of it. */
export function spacingMs(writes: number): number {
  return doubledMs(SPACING_MS, writes - ORDINARY_WRITES, LONGEST_SPACING_MS);
}

/** How long what can wait waits, when it was written `writes` times: a long job costs little more than a short one. */
export function seldomMs(writes: number): number {
  return doubledMs(SELDOM_MS, writes, LONGEST_SELDOM_MS);
}

/** How long after an event was told, `told` times by then, it may be told again. */
export function seriesMs(told: number): number {
  return doubledMs(SERIES_MS, told - 1, LONGEST_SERIES_MS);
}
