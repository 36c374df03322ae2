// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { HazardTest } from './hazards-page.ts';

/** The first argument of a call, when it is a text that begins with the number of a hazard. */
const TITLE = /\(\s*(['"`])(H\d{1,3}) ((?:(?!\1)[^\\]|\\.)*)\1,/g;

/** The tests in the text of a test file whose titles begin with the number of a hazard. */
export function hazardTestsIn(file: string, text: string): HazardTest[] {
  return [...text.matchAll(TITLE)].map(([, , hazard = '', claim = '']) => ({
    hazard,
    file,
    claim: claim.replaceAll(/\\(.)/g, '$1'),
  }));
}

/** Every number of a hazard that a text mentions. */
export function hazardsMentionedIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bH\d{1,2}\b(?!:\d)/g)].map(([number]) => number))];
}
