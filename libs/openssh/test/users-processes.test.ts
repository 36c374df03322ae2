// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { carriesJob, mapped } from '../src/evidence.ts';
import { parseStat, type ProcessRow } from '../src/process-table.ts';
import { terminalPath, terminalText } from '../src/terminals.ts';
import { isOwnNamespace, usersProcesses, wholeGroups, type Ownership } from '../src/users-processes.ts';

function row(pid: number, parent: number, more: Partial<ProcessRow> = {}): ProcessRow {
  const plain = { command: 'sh', group: pid, session: pid, terminal: 0, kernelThread: false, dead: false };
  return { pid, parent, startTime: pid * 10, ...plain, ...more };
}

const NOBODY: Ownership = {
  self: 7,
  spare: [],
  door: { listener: undefined, sessions: [] },
  ownNamespace: false,
  touches: () => false,
};

function pids(table: readonly ProcessRow[], ownership: Partial<Ownership>): number[] {
  return usersProcesses(table, { ...NOBODY, ...ownership }).map(({ pid }) => pid);
}

describe("H17 a user's process", () => {
  const listener = { pid: 20, startTime: 200 };
  const base = [row(1, 0), row(7, 1), row(8, 7), row(20, 1, { command: 'sshd' })];

  it('is everything below the listener, and not the listener', () => {
    const table = [...base, row(30, 20), row(31, 30), row(32, 31), row(40, 1)];
    expect(pids(table, { door: { listener, sessions: [] } })).toEqual([30, 31, 32]);
  });

  it('stays one when the listener is gone', () => {
    const table = [row(1, 0), row(7, 1), row(30, 1), row(31, 30), row(50, 1)];
    expect(pids(table, { door: { listener: undefined, sessions: [{ pid: 30, startTime: 300 }] } })).toEqual([30, 31]);
    expect(pids(table, { door: { listener: undefined, sessions: [{ pid: 30, startTime: 999 }] } })).toEqual([]);
  });

  it('is also what was left in a session when its shell ended', () => {
    const table = [...base, row(30, 20), row(31, 30), row(40, 1, { session: 31 })];
    expect(pids(table, { door: { listener, sessions: [] } })).toEqual([30, 31, 40]);
  });

  it('is one that touches the image root, with all that is below it', () => {
    const table = [...base, row(40, 1), row(41, 40), row(42, 1)];
    expect(pids(table, { touches: ({ pid }) => pid === 40 })).toEqual([40, 41]);
  });

  it('is in a namespace of our own everything but our own tree', () => {
    const table = [...base, row(40, 1), row(41, 0)];
    expect(pids(table, { ownNamespace: true, door: { listener, sessions: [] } })).toEqual([40, 41]);
  });

  it('is only so when process 1 is ours, or an init that starts nothing else', () => {
    const tini = row(1, 0, { command: 'tini' });
    const of = (rows: ProcessRow[], self = 7): boolean => isOwnNamespace({ rows }, self);
    expect(of([tini, row(7, 1), row(8, 7)])).toBe(true);
    expect(of([row(1, 0), row(5, 1, { session: 1 })], 1)).toBe(true);
    expect(of([tini, row(7, 1), row(9, 1)])).toBe(false);
    expect(of([row(1, 0, { command: 'node' }), row(7, 1)])).toBe(false);
    expect(of([tini, row(6, 1), row(7, 6)])).toBe(false);
  });

  it('is told from our own child when we are process 1: it lives in a session that sshd made', () => {
    const table = [row(1, 0, { session: 1 }), row(5, 1, { session: 1 }), row(20, 1), row(40, 1, { session: 31 })];
    expect(pids(table, { self: 1, ownNamespace: true, door: { listener, sessions: [] } })).toEqual([40]);
  });

  it('is never a dead one or a thread of the kernel', () => {
    const table = [...base, row(30, 20, { dead: true }), row(2, 0, { kernelThread: true })];
    expect(pids(table, { door: { listener, sessions: [] }, touches: () => true, ownNamespace: true })).toEqual([]);
  });

  it('is never ours, nor what we stem from, nor what is spared, whatever the evidence', () => {
    const arbitrary = fc.array(fc.tuple(fc.integer({ min: 0, max: 29 }), fc.integer({ min: 0, max: 29 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(arbitrary, fc.boolean(), (parents, ownNamespace) => {
        const table = parents.map(([parent, session], at) => row(at + 1, Math.min(parent, at), { session }));
        const self = Math.min(8, table.length);
        const found = new Set(
          pids(table, {
            self,
            spare: [3],
            ownNamespace,
            touches: () => true,
            door: { listener: { pid: 2, startTime: 20 }, sessions: [] },
          }),
        );
        expect(found.has(2)).toBe(false);
        expect(found.has(3)).toBe(false);
        for (let at = self; at > 0; at = table[at - 1]?.parent ?? 0) expect(found.has(at)).toBe(false);
      }),
    );
  });
});

describe('a process group', () => {
  it('is signalled as one only when every living member is a user', () => {
    const users = [row(30, 20, { group: 30 }), row(31, 30, { group: 30 }), row(33, 30, { group: 7 })];
    const table = [...users, row(7, 1, { group: 7 }), row(34, 1, { group: 30, dead: true })];
    expect(wholeGroups(table, users)).toEqual([30]);
    expect(wholeGroups(table, [row(9, 1, { group: 1 }), row(10, 1, { group: 0 })])).toEqual([]);
  });
});

describe('/proc/<pid>/stat', () => {
  const rest = '1 30958 30958 34816 -1 4194368 58 0 0 0 0 0 0 0 20 0 1 0 205341 15826944';

  it('is read whatever the command is called', () => {
    const parsed = parseStat(`31 (a) b) (c\nd) S ${rest}`);
    expect(parsed).toMatchObject({
      pid: 31,
      command: 'a) b) (c\nd',
      parent: 1,
      group: 30958,
      terminal: 34816,
      startTime: 205341,
      dead: false,
      kernelThread: false,
    });
    expect(parseStat('')).toBeUndefined();
    expect(parseStat('1 (a) S')).toBeUndefined();
  });

  it('tells a zombie from a process whose main thread has ended while others go on', () => {
    expect(parseStat(`31 (a) Z ${rest}`)?.dead).toBe(true);
    expect(parseStat(`31 (a) Z ${rest.replace('20 0 1 0', '20 0 2 0')}`)?.dead).toBe(false);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => parseStat(text) === undefined || true));
  });
});

describe('evidence', () => {
  it('is the job id together with what only ssh users have', () => {
    expect(carriesJob('A=1\0IMS_JOB_ID=j\0IMS_ARCH=x86_64\0', 'j')).toBe(true);
    expect(carriesJob('IMS_JOB_ID=j\0', 'j')).toBe(false);
    expect(carriesJob('IMS_JOB_ID=jj\0IMS_ARCH=\0', 'j')).toBe(false);
    expect(carriesJob('', 'j')).toBe(false);
  });

  it('is a mapping that runs code or writes through', () => {
    const maps = [
      '55d0-55d1 r-xp 00001000 fe:00 1234   /r/bin/tool',
      '55d1-55d2 r--p 00001000 fe:00 1234   /r/etc/data',
      '55d2-55d3 rw-s 00001000 fe:00 1234   /r/var/with a blank',
      '7f00-7f01 rw-p 00000000 00:00 0 ',
      '7f01-7f02 r-xp 00000000 00:00 0                          [vdso]',
    ];
    expect(mapped(maps.join('\n'))).toEqual(['/r/bin/tool', '/r/var/with a blank']);
  });
});

describe('a terminal', () => {
  it.each([
    [0, undefined],
    [34816, '/dev/pts/0'],
    [34819, '/dev/pts/3'],
    [1024 + 1, undefined],
    [(136 << 8) | 0x2c | (0x1 << 20), '/dev/pts/300'],
  ])('has a path when it is a pseudo-terminal: %d', (device, path) => {
    expect(terminalPath(device)).toBe(path);
  });

  it('gets a message that cannot drive it', () => {
    expect(terminalText('one\u001b]0;x\u0007\ntwo\r\nthree\u009b31m')).toBe('\r\none]0;x\r\ntwo\r\nthree31m\r\n');
  });
});
