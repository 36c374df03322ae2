// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Volume } from '@ims/testing';

const run = promisify(execFile);

/** Bytes that no compression shortens, so that packing and storing take long enough to be killed in. */
export async function fill({ imageRoot }: Volume): Promise<void> {
  await run('dd', ['if=/dev/urandom', `of=${imageRoot}/usr/share/noise`, 'bs=1M', 'count=12', 'status=none']);
}
