// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

const MIB = 1024 * 1024;

/** Limits of S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_PARTS = 10_000;
const LARGEST_OBJECT = 5 * MIB * MIB;

/** What is not longer than this is sent in one piece. */
export const PART_BYTES = 8 * MIB;

/** The bytes from `start` (inclusive) to `end` (exclusive) of an object. */
export interface Part {
  /** From 1. */
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * How long the parts of an object are, the last one apart: as short as the limit of their number allows.
 *
 * @throws Failure StoreRefused for an object that S3 cannot hold
 */
export function partBytesFor(size: number, least = PART_BYTES): number {
  if (size > LARGEST_OBJECT) {
    throw new Failure('StoreRefused', `${String(size)} bytes are more than an object of S3 can have (5 TiB)`, {
      advice: 'make the image smaller',
    });
  }
  const needed = Math.ceil(size / MOST_PARTS);
  return needed <= least ? least : Math.ceil(needed / MIB) * MIB;
}

/** The parts of an object in order. */
export function partsOf(size: number, partBytes: number): Part[] {
  const count = Math.ceil(size / partBytes);
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    start: index * partBytes,
    end: Math.min(size, (index + 1) * partBytes),
  }));
}
