// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Ground } from './ground.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Of this clone alone: clones on one machine share podman and the cluster. */
const TAG = `test-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}`;

/** The images of the pair, as the chart is told of them. */
export interface PairImages {
  readonly agent: ChartImage;
  readonly sshd: ChartImage;
}

/** A type and no interface: charts take records. */
type ChartImage = Readonly<Record<'repository' | 'tag' | 'pullPolicy', string>>;

/**
 * Builds the images of this source and brings them into the cluster. Steps whose input has not changed are not done
 * again, and one suite at a time does it.
 */
export async function loadPair(ground: Ground): Promise<PairImages> {
  const build = [process.execPath, `${ROOT}/tools/images/src/main.ts`, '--engine', 'podman', '--tag', TAG];
  if (!(await isThere('localhost/ims-agent')))
    process.stderr.write('cluster: builds the images of the pair from this source; minutes the first time\n');
  await run('flock', [`${ROOT}/Dockerfile.agent`, ...build], { maxBuffer: 64 * 1024 * 1024 });
  const repositories = { agent: 'localhost/ims-agent', sshd: 'localhost/ims-sshd' };
  for (const repository of Object.values(repositories)) await ground.load(`${repository}:${TAG}`);
  const of = (repository: string): ChartImage => ({ repository, tag: TAG, pullPolicy: 'Never' });
  return { agent: of(repositories.agent), sshd: of(repositories.sshd) };
}

async function isThere(repository: string): Promise<boolean> {
  return await run('podman', ['image', 'exists', `${repository}:${TAG}`]).then(
    () => true,
    () => false,
  );
}
