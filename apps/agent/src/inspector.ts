// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { statfs } from 'node:fs/promises';

import type { Finding, Inspector } from '@ims/export';
import {
  enoughSpace,
  freeSpace,
  inspectBootFiles,
  inspectLocked,
  packingNeeds,
  usageOf,
  type BootFileNames,
  type ImageRoot,
} from '@ims/image-root';
import type { Logger } from '@ims/runtime';
import { PACKING_MARGIN } from '@ims/squashfs';

/** Looks for everything that packaging needs: boot files, and room for the archive beside the image root. */
export function jobInspector(options: {
  readonly root: () => Promise<ImageRoot>;
  readonly names: BootFileNames;
  /** Directory of the archive. */
  readonly archiveDirectory: string;
  /** What comes before a path of the image for its user: empty in the jail. */
  readonly prefix: string;
  readonly logger: Logger;
}): Inspector {
  const { names, archiveDirectory, logger } = options;
  return {
    inspect: async () => {
      const root = await options.root();
      const { findings, notes } = await inspectBootFiles(root, names);
      for (const note of notes) logger.warn({}, note);
      const short = (await hasPlenty(archiveDirectory)) ? undefined : await missingSpace(root, archiveDirectory);
      const locked = await inspectLocked(root, options.prefix);
      return [...findings, locked, short].filter((finding) => finding !== undefined);
    },
  };
}

// The image root is on the same volume as its archive, so what is used there bounds what must be packed:
// with as much free as used, a walk over every file of the image would only cost the user time.
async function hasPlenty(directory: string): Promise<boolean> {
  const { blocks, bavail, bfree, files, ffree } = await statfs(directory);
  return bavail > blocks - bfree && (files === 0 || ffree > 1000);
}

async function missingSpace(root: ImageRoot, where: string): Promise<Finding | undefined> {
  const need = packingNeeds(await usageOf(root), PACKING_MARGIN);
  return enoughSpace({ where, need, free: await freeSpace(where) });
}
