// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';

import type { Volume } from '@ims/testing';

const MEBIBYTE = 1024 * 1024;

/** Puts a file into the image root that no compression makes smaller. */
export async function enlarge({ imageRoot }: Volume, mebibytes: number): Promise<void> {
  await writeFile(`${imageRoot}/var/large`, randomBytes(mebibytes * MEBIBYTE));
}
