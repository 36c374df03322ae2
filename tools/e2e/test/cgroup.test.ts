// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { cleanUp, eventually, onCleanup, runProgram } from '@ims/testing';

import { createJob } from './support/job.ts';
import { readStatus } from './support/pair.ts';

afterEach(cleanUp);

const MEBIBYTE = 1024 * 1024;
const MEMORY = 768 * MEBIBYTE;
/** The machine's own hierarchy: a container sees its limits in the same files. */
const V1 = '/sys/fs/cgroup/cpu/cpu.cfs_quota_us';

/** Makes a group of this controller that goes away with the test, and gives the file that takes its processes. */
async function group(controller: string, limits: Readonly<Record<string, string>>): Promise<string> {
  const path = `/sys/fs/cgroup/${controller}/ims-test-${String(process.pid)}`;
  await mkdir(path);
  onCleanup(async () => {
    // It can go when the kernel has let its last process go.
    await eventually(
      async () =>
        await rmdir(path)
          .then(() => true)
          .catch(() => false),
    );
  });
  for (const [file, value] of Object.entries(limits)) await writeFile(`${path}/${file}`, value);
  return `${path}/cgroup.procs`;
}

it.skipIf(!existsSync(V1))(
  'H44 mksquashfs gets the processors and the memory of the container it runs in',
  async () => {
    const job = await createJob({ action: 'create' });
    const groups = [
      await group('cpu', { 'cpu.cfs_period_us': '100000', 'cpu.cfs_quota_us': '100000' }),
      await group('memory', { 'memory.limit_in_bytes': String(MEMORY) }),
    ];
    const enter = groups.map((file) => `echo $$ > ${file}`).join(' && ');
    const wrapper = ['sh', '-c', `${enter} && exec "$@"`, 'sh'];
    const { end, lines } = await runProgram({ app: 'agent', args: ['run'], env: job.agentEnv, wrapper });
    expect(end.code).toBe(0);
    expect((await readStatus(job)).phase).toBe('Succeeded');
    const packs = lines.find(({ msg }) => msg?.startsWith('packs with') === true);
    expect(packs).toMatchObject({ processors: 1 });
    expect(Number(packs?.['memory'])).toBeLessThan(MEMORY);
  },
);
