// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  createAttributes,
  inspectJail,
  lazyImageRoot,
  loginShell,
  refuseJail,
  removeAdditions,
  secureJail,
  unlockWith,
} from '@ims/image-root';
import type { PlatformOptions } from '@ims/platform';
import type { Logger, Runner } from '@ims/runtime';
import { userDirectoryOf, type BoardOptions, type UserDirectory } from '@ims/sentinel';

import type { SshdConfig } from './config.ts';

/** How the sshd container reaches into the image root: confined. */
export interface ImageAccess extends AsyncDisposable {
  readonly userDirectory: UserDirectory;
  /** Takes attributes off that forbid to change a signal file. */
  readonly unlock: NonNullable<BoardOptions['unlock']>;
  readonly openDirectory: PlatformOptions['openDirectory'];
  /** Refuses a root that sshd would refuse, and mends what is safe (H37). */
  readonly checkJail: () => Promise<void>;
  /** Takes away what {@link checkJail} has added; never throws, since the agent does it as well. */
  readonly restoreJail: () => Promise<void>;
  /** The same without mending anything. */
  readonly inspectJail: () => Promise<void>;
}

/** The image root need not be there before it is reached into. */
export function imageAccess(
  { layout }: SshdConfig,
  tools: { readonly runner: Runner; readonly logger: Logger },
): ImageAccess {
  const attributes = createAttributes(tools);
  let isSecured = false;
  const root = lazyImageRoot(layout.imageRoot, attributes);
  return {
    userDirectory: userDirectoryOf(layout, root),
    unlock: unlockWith(attributes),
    openDirectory: async (path) => await (await root.open()).directory(path),
    checkJail: async () => {
      isSecured = true;
      await secureJail(await root.open(), {
        ...tools,
        parent: layout.parent,
        savedIn: layout.private,
        devices: 'needed',
      });
    },
    restoreJail: async () => {
      if (!isSecured) return;
      try {
        await removeAdditions({ root: await root.open(), savedIn: layout.private });
      } catch (error) {
        tools.logger.warn({ err: error }, 'what was added to the image for its shell is left to the agent');
      }
    },
    inspectJail: async () => {
      refuseJail(await inspectJail(await root.open(), { shell: loginShell() }));
    },
    [Symbol.asyncDispose]: async () => {
      await root[Symbol.asyncDispose]();
    },
  };
}
