// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobStatus } from '@ims/contract';

/** The status of a job whose shell is open. */
export function waiting(): JobStatus {
  const since = '2026-11-23T05:40:11Z';
  return {
    job: '5f0c7b0e-0b5a-4c1e-9d5e-3f6f0a7e1c11',
    phase: 'WaitingOnUser',
    phaseSince: since,
    reason: 'Customize',
    message: 'log in, and touch complete when the image is as it should be',
    history: [
      ['Starting', since],
      ['WaitingOnUser', since],
    ],
    timings: { Starting: 1 },
    imageId: undefined,
    imageName: 'cos-2.5',
    manifest: undefined,
    artifacts: [],
    hostKeys: ['ssh-ed25519 AAAA'],
    hostKeyFingerprint: 'SHA256:abc',
    pair: 'ims-sshd/1.0.0',
  };
}
