// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir } from 'node:fs/promises';

import { createDirectoryRegistry, openStore, type StoreAddress } from '@ims/artifacts';
import type { ExportPorts } from '@ims/export';
import { Failure, type Logger } from '@ims/runtime';

/**
 * Opens the store and its image records, before anybody has worked for hours on what could not be published.
 *
 * @throws Failure StoreUnavailable when it cannot be made
 */
export async function openPublishing(
  address: StoreAddress,
  tools: { readonly arch: string; readonly logger: Logger },
): Promise<Pick<ExportPorts, 'store' | 'registry'>> {
  const { directory } = address;
  await mkdir(directory, { recursive: true }).catch((error: unknown) => {
    throw new Failure('StoreUnavailable', `the store ${directory} cannot be made`, { cause: error });
  });
  return {
    store: openStore(address, { logger: tools.logger }),
    registry: createDirectoryRegistry({ directory, arch: tools.arch }),
  };
}
