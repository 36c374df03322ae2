// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ArtifactSource, ImageIdentity, PutOptions } from '@ims/export';
import type { Access } from './access.ts';
import type { Buffers } from './buffers.ts';
import type { Flow } from './flow.ts';

/** What all transfers of a store share. */
export interface Shared {
  readonly access: Access;
  readonly flow: Flow;
  readonly buffers: Buffers;
}

/** One artifact on its way. */
export interface Transfer {
  readonly shared: Shared;
  readonly key: string;
  readonly image: ImageIdentity;
  readonly source: ArtifactSource;
  readonly options: PutOptions;
}
