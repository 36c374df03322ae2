// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { userInfo } from 'node:os';

import type { Logger, Runner } from '@ims/runtime';

import type { ImageRoot } from './image-root.ts';
import type { JailProblem } from './jail.ts';
import { mendJail, refuseJail } from './mend-jail.ts';
import { addForShell } from './shell-additions.ts';

/** The shell that this container's passwd gives to us, which sshd runs inside the jail. */
export function loginShell(): string {
  return userInfo().shell ?? '/bin/sh';
}

/** What securing a jail works with. */
export interface SecureOptions {
  /** The volume's mount point. */
  readonly parent: string;
  /** Where it is noted what was added to the image: the private directory of the job. */
  readonly savedIn: string;
  readonly runner: Runner;
  readonly logger: Logger;
  /** Whether another container looks again, and may be able to make device nodes where this one is not. */
  readonly devices: 'needed' | 'left to sshd';
}

/**
 * Makes an image root one that sshd takes as a jail: adds what a session needs for as long as the shell is open, mends
 * what is safe, says both, and refuses the rest (H37). May be repeated.
 *
 * @throws Failure JailRefused naming every problem that remains with its mend
 */
export async function secureJail(root: ImageRoot, options: SecureOptions): Promise<void> {
  const { logger, devices } = options;
  const shell = loginShell();
  const { added, refused } = await addForShell({ root, shell, ...options });
  if (added.length > 0) logger.info({ added }, 'added to the image what its shell needs, until the shell is closed');
  if (refused !== undefined) logger.warn({}, `device nodes are missing in the image, and mknod says: ${refused}`);
  const { mended, remaining } = await mendJail(root, { ...options, shell });
  for (const { path, message } of mended) logger.warn({ path }, `mended for the jail: ${message}`);
  const isLeft = ({ check }: JailProblem): boolean => check === 'null-device' && devices === 'left to sshd';
  for (const { message } of remaining.filter(isLeft)) logger.warn({}, `${message}; it is left to the sshd container`);
  refuseJail(remaining.filter((problem) => !isLeft(problem)));
}
