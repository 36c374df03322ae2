// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { useCluster } from '@ims/cluster';

/**
 * Before the first suite of a run that has suites on a cluster. The suites start it, so that a run of which nothing
 * but a few tests is wanted does not.
 */
export default async function setup(): Promise<() => Promise<void>> {
  return await useCluster();
}
