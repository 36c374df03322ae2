// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ApiClient } from './api-client.ts';
import type { ClientOptions } from './client.ts';

/**
 * Loads the vendor's client, a thousand files, only where there is an API server to speak to. A bundle takes the client
 * itself in place of this file: what is loaded later cannot be shaken out of it (`tools/build/lean.ts`).
 */
export async function openClient(options: ClientOptions): Promise<ApiClient> {
  const client = await import('./client.ts');
  return await client.openClient(options);
}
