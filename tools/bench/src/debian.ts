// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { promisify } from 'node:util';

import { makeDemoImage } from '@ims/demo-image';
import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';

/** Unpacks the Debian root of the demonstration and more packages, from the same cache as `npm start` has. */
export async function unpackDebian(imageRoot: string, packages: readonly string[] = []): Promise<void> {
  const runner = createRunner({ logger: silentLogger });
  const { path } = await makeDemoImage({ cache: `${homedir()}/.local/state/ims-job/cache`, packages, runner });
  await mkdir(imageRoot, { recursive: true });
  await promisify(execFile)('tar', ['-C', imageRoot, '--xattrs', '--numeric-owner', '-xpf', path]);
  await chmod(imageRoot, 0o755);
}
