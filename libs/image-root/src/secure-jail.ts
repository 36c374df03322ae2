// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { userInfo } from 'node:os';

import type { Logger, Runner } from '@ims/runtime';

import type { ImageRoot } from './image-root.ts';
import { mendJail, refuseJail } from './mend-jail.ts';

/**
 * Makes an image root one that sshd takes as a jail: mends what is safe, says it, and refuses the rest (H37).
 * The login shell is the one that this container's passwd gives to us, as sshd takes it.
 *
 * @throws Failure JailRefused naming every problem that remains with its mend
 */
export async function secureJail(
  root: ImageRoot,
  options: { readonly parent: string; readonly runner: Runner; readonly logger: Logger },
): Promise<void> {
  const shell = userInfo().shell ?? '/bin/sh';
  const { mended, remaining } = await mendJail(root, { ...options, shell });
  for (const { path, message } of mended) options.logger.warn({ path }, `mended for the jail: ${message}`);
  refuseJail(remaining);
}
