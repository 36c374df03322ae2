// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { VolumeRequest } from './volumes.ts';

/** What jobs of the real pair need of a cluster besides its API. */
export interface Ground {
  /** The address of this machine that pods reach: servers of the tests listen here. */
  readonly hostAddress: string;
  /** Brings in an image by the name that podman knows. */
  readonly load: (image: string) => Promise<void>;
  /** Makes a PersistentVolume and says where its files lie on this machine. */
  readonly volume: (request: VolumeRequest) => Promise<string>;
}
