// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { surveyOf, usageOf, type ImageRoot, type Survey } from '@ims/image-root';
import type { Runner } from '@ims/runtime';

/** Looks at every entry of the image root, as seldom as it can: at a million files that takes seconds. */
export interface Surveys {
  /** Looks anew. */
  readonly look: () => Promise<Survey>;
  /** Bytes of the image's files by the last look, which is anew only when there was none. */
  readonly bytes: () => Promise<number>;
}

/** Nothing is looked at yet. */
export function createSurveys(root: () => Promise<ImageRoot>, runner: Runner): Surveys {
  let last: Survey | undefined;
  return {
    look: async () => (last = await surveyOf(await root(), runner)),
    bytes: async () => (last?.usage ?? (await usageOf(await root()))).bytes,
  };
}
