// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { decideResources, readResources } from '../src/index.ts';
import { useWork } from './work.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const work = useWork();

/** A made-up machine with 16 processors and 64 GiB. */
async function onMachine(files: Readonly<Record<string, string>>) {
  for (const [file, text] of Object.entries(files)) {
    const path = join(work.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return await readResources({ root: work.path, processors: 16, memory: 64 * GIB });
}

const V2 = '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n';
const v1 = (root: string): string =>
  [
    '30 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw',
    `32 30 0:29 ${root} /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct`,
    `35 30 0:32 ${root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`,
  ].join('\n');

describe('H44 the limits of a cgroup v2', () => {
  it('H44 are taken from the container, a quarter of its memory for mksquashfs', async () => {
    const resources = await onMachine({
      'proc/self/cgroup': '0::/\n',
      'proc/self/mountinfo': V2,
      'sys/fs/cgroup/cpu.max': '800000 100000\n',
      'sys/fs/cgroup/memory.max': String(4 * GIB),
    });
    expect(resources).toEqual({
      processors: 8,
      memory: GIB,
      why: '8 processors by /sys/fs/cgroup/cpu.max, 4096 MiB by /sys/fs/cgroup/memory.max',
    });
  });

  it('H44 are those of the tightest ancestor', async () => {
    const resources = await onMachine({
      'proc/self/cgroup': '0::/pod/container\n',
      'proc/self/mountinfo': V2,
      'sys/fs/cgroup/pod/container/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/pod/container/memory.max': 'max\n',
      'sys/fs/cgroup/pod/cpu.max': '250000 100000\n',
      'sys/fs/cgroup/pod/memory.max': String(2 * GIB),
      'sys/fs/cgroup/pod/memory.high': String(GIB),
    });
    expect(resources).toMatchObject({ processors: 3, memory: 256 * MIB });
  });

  it('H44 are the machine when the cgroup says max', async () => {
    const resources = await onMachine({
      'proc/self/cgroup': '0::/x\n',
      'proc/self/mountinfo': V2,
      'sys/fs/cgroup/x/cpu.max': 'max 100000\n',
      'sys/fs/cgroup/x/memory.max': 'max\n',
    });
    expect(resources).toEqual({
      processors: 16,
      memory: 2 * GIB,
      why: '16 processors by the machine, 65536 MiB by the machine',
    });
  });
});

describe('H44 the limits of a cgroup v1', () => {
  const cgroup = '9:name=systemd:/\n5:cpu,cpuacct:/kubepods/pod7/c1\n4:memory:/kubepods/pod7/c1\n0::/\n';

  it('H44 are taken from the container that sees the whole tree, and from its ancestors', async () => {
    const resources = await onMachine({
      'proc/self/cgroup': cgroup,
      'proc/self/mountinfo': v1('/'),
      'sys/fs/cgroup/cpu,cpuacct/kubepods/pod7/c1/cpu.cfs_quota_us': '-1\n',
      'sys/fs/cgroup/cpu,cpuacct/kubepods/pod7/cpu.cfs_quota_us': '150000\n',
      'sys/fs/cgroup/cpu,cpuacct/kubepods/pod7/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/memory/kubepods/pod7/c1/memory.limit_in_bytes': String(8 * GIB),
      'sys/fs/cgroup/memory/kubepods/memory.limit_in_bytes': '9223372036854771712\n',
    });
    expect(resources).toMatchObject({ processors: 2, memory: 2 * GIB });
  });

  it('H44 are found where only the container itself is mounted', async () => {
    const resources = await onMachine({
      'proc/self/cgroup': cgroup,
      'proc/self/mountinfo': v1('/kubepods/pod7/c1'),
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
      'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': String(512 * MIB),
    });
    expect(resources).toMatchObject({ processors: 1, memory: 128 * MIB });
  });

  it('H44 are found when the path names a place that the mount does not show', async () => {
    const resources = await onMachine({
      'proc/self/cgroup': '4:memory:/../../elsewhere\n',
      'proc/self/mountinfo': v1('/'),
      'sys/fs/cgroup/memory/memory.limit_in_bytes': String(GIB),
    });
    expect(resources).toMatchObject({ processors: 16, memory: 256 * MIB });
  });
});

describe('H44 decideResources', () => {
  const capacity = { processors: 4, memory: 8 * GIB, processorLimits: [], memoryLimits: [] };

  it('H44 never gives more than the machine has', () => {
    const processorLimits = [{ value: 64, from: 'x' }];
    const memoryLimits = [{ value: 999 * GIB, from: 'y' }];
    expect(decideResources({ ...capacity, processorLimits, memoryLimits })).toMatchObject({
      processors: 4,
      memory: 2 * GIB,
    });
  });

  it('H44 gives mksquashfs what it needs to start, however small the limit', () => {
    const memoryLimits = [{ value: 32 * MIB, from: 'y' }];
    const processorLimits = [{ value: 0.1, from: 'x' }];
    expect(decideResources({ ...capacity, processorLimits, memoryLimits })).toMatchObject({
      processors: 1,
      memory: 64 * MIB,
    });
  });

  it('H44 lives with a machine that shows nothing', async () => {
    const resources = await readResources({ root: '/nowhere' });
    expect(resources.processors).toBe(availableParallelism());
    expect(resources.memory).toBeLessThanOrEqual(totalmem());
  });
});

describe('H44 a real cgroup', () => {
  const memory = '/sys/fs/cgroup/memory';
  const unified = '/sys/fs/cgroup';
  const parent = existsSync(`${memory}/memory.limit_in_bytes`) ? memory : unified;
  const file = parent === memory ? 'memory.limit_in_bytes' : 'memory.max';

  it('H44 limits the memory of a process that was put into it', async (context) => {
    const cgroup = `${parent}/ims-test-${String(process.pid)}`;
    try {
      mkdirSync(cgroup);
    } catch {
      context.skip('no cgroup can be made here');
    }
    try {
      if (!existsSync(`${cgroup}/${file}`)) context.skip('the memory controller is not delegated here');
      writeFileSync(`${cgroup}/${file}`, String(800 * MIB));
      const code = `import('${join(import.meta.dirname, '../src/index.ts')}').then(async (m) => console.log(JSON.stringify(await m.readResources())))`;
      const script = 'echo $$ > "$0/cgroup.procs" && exec "$1" -e "$2"';
      const told = execFileSync('sh', ['-c', script, cgroup, process.execPath, code], { encoding: 'utf8' });
      expect(JSON.parse(told)).toMatchObject({ memory: 200 * MIB });
    } finally {
      rmdirSync(cgroup);
    }
  });
});
