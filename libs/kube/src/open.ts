// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ApiClient } from './api-client.ts';
import type { OwnPod } from './own-pod.ts';

/** Loads the vendor's client, which costs time and memory, only where there is an API server to speak to. */
export async function openClient(pod: OwnPod): Promise<ApiClient> {
  const { createClient } = await import('./client.ts');
  return createClient(pod);
}
