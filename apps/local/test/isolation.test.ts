// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, eventually, isRunning, onCleanup, signalTo } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { childCommand, probeIsolation } from '../src/pair/isolation.ts';

const runner = createRunner({ logger: silentLogger });
const own = { kind: 'own' } as const;

afterEach(cleanUp);

describe('the sshd side', () => {
  it('H31 sees no process but its own', async () => {
    expect(await probeIsolation(runner)).toEqual(own);
    const [program = '', ...args] = childCommand(['ls', '/proc'], {
      isolation: own,
      ownProcesses: true,
      bind: undefined,
    });
    const { stdout } = await runner.run({ program, args });
    const pids = stdout.split('\n').filter((name) => /^\d+$/.test(name));
    expect(pids.length).toBeLessThanOrEqual(2);
    expect(pids).toContain('1');
  });

  it('is gone with all that it started when its parent is killed', async () => {
    const words = childCommand(['sh', '-c', 'setsid sleep 4711 & sleep 4711'], {
      isolation: own,
      ownProcesses: true,
      bind: undefined,
    });
    const parent = runner.start({ program: 'sh', args: ['-c', '"$@" & wait', 'sh', ...words], newSession: true });
    const parentPid = parent.pid ?? 0;
    onCleanup(() => {
      parent.kill('SIGKILL');
    });
    const sleepers = await eventually(async () => {
      const found = await descendants(parentPid);
      const sleeping = found.filter(({ command }) => command.startsWith('sleep'));
      return sleeping.length === 2 ? sleeping : undefined;
    });
    signalTo(parentPid, 'SIGKILL');
    await parent.ended;
    for (const { pid } of sleepers) await eventually(async () => !(await isRunning(pid)));
  });

  it('has a directory at the place of another one without anybody else seeing it', () => {
    const words = childCommand(['node'], { isolation: own, ownProcesses: true, bind: { from: '/a b', to: '/c' } });
    const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
    expect(words.slice(words.indexOf('sh'))).toEqual(['sh', '-c', script, 'sh', '/a b', '/c', 'tini', '--', 'node']);
    expect(words.indexOf('unshare')).toBeLessThan(words.indexOf('sh'));
  });
});

describe('a side without namespaces', () => {
  it('is only told when ims-job dies', () => {
    const none = { kind: 'none', why: 'EPERM' } as const;
    const words = childCommand(['node', 'x'], { isolation: none, ownProcesses: true, bind: undefined });
    expect(words).toEqual(['setpriv', '--pdeathsig', 'TERM', 'node', 'x']);
  });
});

async function descendants(of: number): Promise<{ pid: number; command: string }[]> {
  const { stdout } = await runner.run({ program: 'ps', args: ['-eo', 'pid=,ppid=,args='] });
  const all = stdout.split('\n').flatMap((line) => {
    const [, pid, ppid, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), ppid: Number(ppid), command }];
  });
  const family = new Set([of]);
  for (const { pid, ppid } of all.toSorted((a, b) => a.pid - b.pid)) if (family.has(ppid)) family.add(pid);
  return all.filter(({ pid }) => family.has(pid) && pid !== of);
}
