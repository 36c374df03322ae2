// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, type Layout } from '@ims/contract';
import { createAttributes, openImageRoot, unlockWith } from '@ims/image-root';
import { createBoard, volumeDirectory } from '@ims/sentinel';
import type { Logger, Runner } from '@ims/runtime';

/** What two programs that are both gone said to each other while they lived. */
const SAID_BY_THE_LIVING = ['ready', 'door', 'agentAlive', 'sshdAlive'] as const;

/**
 * Makes the volume ready for a second start of both sides at once. In a pod one container outlives the other and
 * reads what it left; here both begin anew, and an open door or a farewell of their forerunners would mislead them.
 * What the user said, and what the journal holds, stays.
 */
export async function forgetForerunners(
  layout: Layout,
  imageRoot: string,
  tools: { readonly runner: Runner; readonly logger: Logger },
): Promise<void> {
  const attributes = createAttributes(tools);
  await using root = await openImageRoot(imageRoot, attributes);
  const inImage = { open: async () => await root.directory('/tmp') };
  const userDirectory = layout.jailed ? inImage : volumeDirectory(layout.parent);
  const board = createBoard({ layout, userDirectory, logger: tools.logger, unlock: unlockWith(attributes) });
  try {
    for (const name of SAID_BY_THE_LIVING) await board.clear(name);
    if (decodeRelease(await board.read('failed')) !== undefined) await board.clear('failed');
  } finally {
    await board.close();
  }
}
