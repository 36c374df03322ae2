// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { open } from 'node:fs/promises';

import { Failure } from '@ims/runtime';
import { parseSuperblock, SUPERBLOCK_BYTES, type Superblock } from './superblock.ts';

/**
 * Reads an archive's superblock and checks that the archive is as long as it says.
 *
 * @throws Failure ConfigurationInvalid when it is not there, no squashfs or cut short
 */
export async function readSuperblock(archive: string): Promise<Superblock & { readonly size: number }> {
  await using file = await open(archive, 'r').catch((error: unknown) => {
    throw new Failure('ConfigurationInvalid', `cannot open ${archive}: ${String(error)}`, { cause: error });
  });
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SUPERBLOCK_BYTES), 0, SUPERBLOCK_BYTES, 0);
  const superblock = parseSuperblock(buffer.subarray(0, bytesRead), archive);
  if (superblock.bytesUsed > size) {
    const sizes = `${String(size)} bytes of ${String(superblock.bytesUsed)}`;
    throw new Failure('ConfigurationInvalid', `${archive} is cut short: it has ${sizes}`);
  }
  return { ...superblock, size };
}
