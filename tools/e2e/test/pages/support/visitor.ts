// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Answer } from './session.ts';

/** Who is told on the terminal how to log in does so from another one, and publishes the image by the next line. */
export const publishByHand: Answer = {
  sees: /^ +(ssh .*)$[^]*?^ +(touch '?\S*complete'?) .*$/m,
  does: async (session, [, ssh = '', complete = '']) => await session.elsewhere(`${ssh} "${complete}"`),
};
