// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Release } from '@ims/contract';
import { Failure } from '@ims/runtime';

import type { Ending } from './states.ts';

/** The ending of a session whose agent gave up: the volume stays resumable. */
export function released(release: Release): Ending {
  return {
    kind: 'failure',
    failure: new Failure('PeerLost', `the agent gave up (${release.reason}): ${release.message}`),
  };
}
