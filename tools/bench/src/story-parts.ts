// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Layout } from '@ims/contract';
import type { Board, Clock, Logger, Peer } from '@ims/runtime';

/** What of a story is real. */
export interface StoryParts {
  readonly board: Board;
  readonly peer: Peer;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly layout: Layout;
}
