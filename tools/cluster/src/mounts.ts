// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readMountsBelow } from '@ims/mounts';

import { run } from './commands.ts';

/** Takes off every mount below a path; one that is still used goes when its last user goes. */
export async function unmountBelow(path: string): Promise<void> {
  for (const { mountPoint } of await readMountsBelow(path)) await run('umount', '--lazy', '--', mountPoint);
}
