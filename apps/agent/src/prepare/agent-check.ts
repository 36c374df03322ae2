// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access } from 'node:fs/promises';

import { readWhatIsSound } from '@ims/env';
import { readKeys } from '@ims/openssh';
import type { PreparationPorts } from '@ims/preparation';
import type { Logger } from '@ims/runtime';

import { isToldAll, readConfig } from '../config.ts';
import { openDestination } from '../publishing.ts';
import type { PrepareConfig } from './config.ts';

/**
 * Checks what the agent checks before it opens a shell, as far as this stage is given the same: the public keys of the
 * users, and that the store takes what will be published. A directory may be mounted for the agent alone.
 */
export function agentCheck({ env, layout }: PrepareConfig, logger: Logger): PreparationPorts['agent'] {
  return {
    check: async (signal) => {
      const { IMS_AUTHORIZED_KEYS: keys = '' } = readWhatIsSound(['IMS_AUTHORIZED_KEYS'], env).values;
      if (await exists(keys)) await readKeys(keys);
      if (!isToldAll(env)) return;
      const config = readConfig(env, { parent: layout.parent, goal: 'published' });
      if (config.destination.store.kind !== 's3') return;
      const store = await openDestination(config, logger);
      await store.prepare(signal);
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
