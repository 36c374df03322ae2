// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** What the image's owner broke is nothing that can be looked at, and no reason to stop. */
export async function quietly<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
