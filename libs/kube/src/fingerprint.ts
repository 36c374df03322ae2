// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import { preferredHostKey, type JobStatus } from '@ims/contract';

/** Adds the fingerprint of the host key that is shown, as ssh shows it at the first login (H36). */
export function withFingerprint(status: JobStatus): JobStatus {
  const blob = preferredHostKey(status)?.split(' ')[1];
  if (blob === undefined) return status;
  const digest = createHash('sha256').update(blob, 'base64').digest('base64').replace(/=+$/, '');
  return { ...status, hostKeyFingerprint: `SHA256:${digest}` };
}
