// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { distance } from 'fastest-levenshtein';

/** The first of some words that was probably meant by a misspelt one; undefined when none is close. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  return words.find((candidate) => Math.abs(candidate.length - word.length) <= 2 && distance(candidate, word) <= 2);
}
