// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { BACKOFF, type RetryPolicy } from '@ims/retry';

/** How each step of a transfer is tried again. */
export function transferPolicyOf(values: { readonly IMS_RETRY_TIMEOUT: number }): RetryPolicy {
  return { ...BACKOFF, budgetMs: values.IMS_RETRY_TIMEOUT * 1000 };
}
