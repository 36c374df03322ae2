// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { asFailure, type Logger, type Runner } from '@ims/runtime';
import type { Platform } from '@ims/session';

import { createDkmsMounts, type DkmsOptions } from './dkms-mounts.ts';
import { ensureEmulation, needsEmulation, type EmulationOptions } from './emulation.ts';

/** What decides what the kernel must offer. */
export interface PlatformOptions {
  readonly runner: Runner;
  readonly logger: Logger;
  /** $BUILD_ARCH. */
  readonly arch: string;
  /** A node of its own does the work: nothing is needed here. */
  readonly remote: boolean;
  /** $JOB_ENABLE_DKMS. */
  readonly dkms: boolean;
  readonly imageRoot: string;
  /** Opens a directory inside the image root, never outside; nothing when there is none. */
  readonly openDirectory: DkmsOptions['openDirectory'];
  readonly hostArch?: string;
  readonly emulation?: Omit<EmulationOptions, 'runner' | 'logger'>;
}

/** Makes the platform of a session: what the job needs and no more. */
export function createPlatform(options: PlatformOptions): Platform {
  const { runner, logger, arch, remote, hostArch = process.arch } = options;
  const mounts = options.dkms && !remote ? createDkmsMounts(options) : undefined;
  return {
    setUp: async () => {
      await mounts?.mount();
      if (needsEmulation({ arch, remote, hostArch })) await ensureEmulation({ runner, logger, ...options.emulation });
    },
    tearDown: async () => {
      try {
        await mounts?.unmount();
      } catch (error) {
        logger.error(
          { err: error },
          `the mounts of the image root could not be taken away: ${asFailure(error).message}`,
        );
      }
    },
  };
}
