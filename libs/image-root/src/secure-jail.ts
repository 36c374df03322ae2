// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { userInfo } from 'node:os';

import type { Logger, Runner } from '@ims/runtime';

import type { ImageRoot } from './image-root.ts';
import { mendJail, refuseJail } from './mend-jail.ts';

/** The shell that this container's passwd gives to us, which sshd runs inside the jail. */
export function loginShell(): string {
  return userInfo().shell ?? '/bin/sh';
}

/**
 * Makes an image root one that sshd takes as a jail: mends what is safe, says it, and refuses the rest (H37).
 *
 * @throws Failure JailRefused naming every problem that remains with its mend
 */
export async function secureJail(
  root: ImageRoot,
  options: { readonly parent: string; readonly runner: Runner; readonly logger: Logger },
): Promise<void> {
  const { mended, remaining } = await mendJail(root, { ...options, shell: loginShell() });
  for (const { path, message } of mended) options.logger.warn({ path }, `mended for the jail: ${message}`);
  refuseJail(remaining);
}
