// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { statfs } from 'node:fs/promises';

import type { Finding, Inspector } from '@ims/export';
import {
  checkBoot,
  enoughSpace,
  freeSpace,
  inspectBootFiles,
  inspectLocked,
  packingNeeds,
  usageOf,
  type BootFileNames,
  type BootInspection,
  type Decompressors,
  type ImageRoot,
} from '@ims/image-root';
import type { Logger } from '@ims/runtime';
import { PACKING_MARGIN } from '@ims/squashfs';

/** What `IMS_CHECK_KERNEL` may say. */
type KernelPolicy = 'refuse' | 'warn' | 'off';

/** Looks for everything that packaging needs: boot files, and room for the archive beside the image root. */
export function jobInspector(options: {
  readonly root: () => Promise<ImageRoot>;
  readonly names: BootFileNames;
  /** Directory of the archive. */
  readonly archiveDirectory: string;
  /** What comes before a path of the image for its user: empty in the jail. */
  readonly prefix: string;
  readonly checkKernel: KernelPolicy;
  /** For initrds that Node cannot unpack itself. */
  readonly decompressors: Decompressors;
  readonly logger: Logger;
}): Inspector {
  const { names, archiveDirectory, logger } = options;
  return {
    inspect: async () => {
      const root = await options.root();
      const { files, findings, notes } = await inspectBootFiles(root, names);
      const boot = await inspectKernel(root, files, options);
      for (const note of [...notes, ...boot.notes]) logger.warn({}, note);
      const short = (await hasPlenty(archiveDirectory)) ? undefined : await missingSpace(root, archiveDirectory);
      const locked = await inspectLocked(root, options.prefix);
      return [...findings, ...boot.findings, locked, short].filter((finding) => finding !== undefined);
    },
  };
}

async function inspectKernel(
  root: ImageRoot,
  files: BootInspection['files'],
  options: Parameters<typeof jobInspector>[0],
): Promise<{ findings: readonly Finding[]; notes: readonly string[] }> {
  const { checkKernel, names, prefix, decompressors } = options;
  if (checkKernel === 'off') return { findings: [], notes: [] };
  const { findings, notes } = await checkBoot(root, { names, files, prefix, decompressors });
  if (checkKernel === 'refuse') return { findings, notes };
  return { findings: [], notes: [...findings.map(({ message }) => message), ...notes] };
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
