// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { basename, dirname } from 'node:path';

import type { Attributes } from './attributes.ts';
import { toBytes } from './bytes.ts';
import { named, unless } from './errno.ts';
import { pinPath } from './pin.ts';
import { removeBelow } from './remove-below.ts';

/**
 * Removes what stands at an absolute path with all below it, whatever attributes it bears; a link itself.
 * Tells whether there was something.
 *
 * @throws Failure PlatformUnavailable at a mount point, or when attributes cannot be taken off; NoSpace
 */
export async function removePath(path: string, attributes?: Attributes): Promise<boolean> {
  return await named(`removing ${path}`, async () => {
    const directory = await unless(['ENOENT', 'ENOTDIR'], async () => await pinPath(dirname(path)));
    if (directory === undefined) return false;
    await using parent = directory;
    return await removeBelow(parent, toBytes(basename(path)), attributes);
  });
}
