// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Finding, Inspector } from '@ims/export';
import {
  checkBoot,
  enoughSpace,
  freeSpace,
  inspectBootFiles,
  inspectLocked,
  packingNeeds,
  type BootFileNames,
  type BootInspection,
  type Decompressors,
  type ImageRoot,
  type Usage,
} from '@ims/image-root';
import type { Logger } from '@ims/runtime';
import { PACKING_MARGIN } from '@ims/squashfs';

import type { Surveys } from './surveys.ts';

/** What `IMS_CHECK_KERNEL` may say. */
type KernelPolicy = 'refuse' | 'warn' | 'off';

/**
 * Looks for everything that packaging needs: boot files, an image root that a squashfs can hold, and room for the archive
 * beside it. What would be lost is a warning in the log.
 */
export function jobInspector(options: {
  readonly root: () => Promise<ImageRoot>;
  readonly names: BootFileNames;
  readonly surveys: Surveys;
  /** Directory of the archive. */
  readonly archiveDirectory: string;
  /** What comes before a path of the image for its user: empty in the jail. */
  readonly prefix: string;
  readonly checkKernel: KernelPolicy;
  /** For initrds that Node cannot unpack itself. */
  readonly decompressors: Decompressors;
  readonly logger: Logger;
}): Inspector {
  const { names, surveys, archiveDirectory, logger } = options;
  return {
    inspect: async () => {
      const root = await options.root();
      const found = await inspectBootFiles(root, names);
      const kernel = await inspectKernel(root, found.files, options);
      const survey = await surveys.look();
      for (const note of [...found.notes, ...kernel.notes, ...survey.losses]) logger.warn({}, note);
      const short = await missingSpace(survey.usage, archiveDirectory);
      const locked = await inspectLocked(root, options.prefix);
      const findings = [...found.findings, ...kernel.findings, ...survey.findings, locked, short];
      return findings.filter((finding) => finding !== undefined);
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

async function missingSpace(usage: Usage, where: string): Promise<Finding | undefined> {
  return enoughSpace({ where, need: packingNeeds(usage, PACKING_MARGIN), free: await freeSpace(where) });
}
