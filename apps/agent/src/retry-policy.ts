// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { RetryPolicy } from '@ims/retry';

/** The waits between attempts at anything outside of the pod, in milliseconds. */
export const WAITS = { firstMs: 500, longestMs: 30_000 } as const;

/** How each step of a transfer is tried again. */
export function transferPolicyOf(values: { readonly IMS_RETRY_TIMEOUT: number }): RetryPolicy {
  return { ...WAITS, budgetMs: values.IMS_RETRY_TIMEOUT * 1000 };
}
