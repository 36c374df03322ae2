// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createDirectoryRegistry, createDualStore, openStore } from '@ims/artifacts';
import type { ArtifactStore, ImageRegistry, Reporter } from '@ims/export';
import type { Logger } from '@ims/runtime';

import type { AgentConfig } from './config.ts';
import { noRegistry } from './no-registry.ts';
import { s3SettingsOf } from './s3-settings.ts';

/** Everything outside of the volume that a job puts something into. */
export interface Publishing extends AsyncDisposable {
  readonly store: ArtifactStore;
  readonly registry: ImageRegistry;
  readonly reporters: readonly Reporter[];
  /** How many calls IMS has not taken yet. */
  readonly untold: () => Promise<number>;
}

/** Opens what the configuration names; nothing is sent yet. */
export async function openPublishing(config: AgentConfig, logger: Logger): Promise<Publishing> {
  const { destination, values } = config;
  const { registry } = destination;
  return {
    store: await openDestination(config, logger),
    registry:
      registry.kind === 'store'
        ? createDirectoryRegistry({ directory: registry.directory, arch: values.BUILD_ARCH })
        : noRegistry,
    reporters: [],
    untold: async () => 0,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function openDestination({ destination, values }: AgentConfig, logger: Logger): Promise<ArtifactStore> {
  const { store, s3, copy } = destination;
  const settings = s3 === undefined ? {} : { s3: await s3SettingsOf(s3, values, logger) };
  const primary = openStore(store, { logger, ...settings });
  return copy === undefined ? primary : createDualStore({ primary, copy: { directory: copy, logger } });
}
