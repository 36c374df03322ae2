// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, rm } from 'node:fs/promises';

import type { JobPaths } from './home.ts';
import { keyFiles } from '../shell/keys.ts';

/** Makes the directories and the key of a job; what is there already stays. */
export async function makeJobDirectories(paths: JobPaths): Promise<void> {
  await mkdir(paths.directory, { recursive: true, mode: 0o700 });
  for (const directory of [paths.volume, paths.config, paths.logs]) {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  }
  await mkdir(paths.keys, { recursive: true, mode: 0o700 });
  await mkdir(keyFiles(paths).hostKeys, { recursive: true, mode: 0o700 });
}

/** Empties the directory that stands for a pod's own: what an earlier run wrote there names its port and its key. */
export async function emptyConfig(paths: JobPaths): Promise<void> {
  await rm(paths.config, { recursive: true, force: true });
  await mkdir(paths.config, { mode: 0o755 });
}
