// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactSource, ImageIdentity, PutOptions } from '@ims/export';
import type { Access } from './access.ts';
import type { Buffers } from './buffers.ts';
import type { Slots } from './slots.ts';

/** What all transfers of a store share. */
export interface Shared {
  readonly access: Access;
  readonly slots: Slots;
  readonly buffers: Buffers;
  /** How many slots there are. */
  readonly parallel: number;
}

/** One artifact on its way. */
export interface Transfer {
  readonly shared: Shared;
  readonly key: string;
  readonly image: ImageIdentity;
  readonly source: ArtifactSource;
  readonly options: PutOptions;
}
