// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chown, link, lstat, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cleanUp, onCleanup, temporaryDirectory } from '@ims/testing';
import { clearSentinel, ensurePrivateDirectory, noteWith, postSentinel, readSentinel } from '../src/index.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await temporaryDirectory('sentinel');
  path = `${directory}/complete`;
});
afterEach(cleanUp);

const socketAt = async (name: string): Promise<void> => {
  const server = createServer().listen(name);
  await once(server, 'listening');
  onCleanup(() => void server.close());
};

const run = (program: string, ...args: string[]): boolean => {
  expect(spawnSync(program, args).status).toBe(0);
  return true;
};

/** Everything that a user could put where a flag belongs, and what is said of it. */
const IMPOSTORS: readonly [string, (at: string) => unknown, string][] = [
  ['a directory', (at) => mkdir(at), 'a directory'],
  ['a directory that is full', (at) => mkdir(`${at}/full`, { recursive: true }), 'a directory'],
  ['a socket', socketAt, 'a socket'],
  ['a fifo without a writer', (at) => run('mkfifo', at), 'a fifo'],
  ['a device', (at) => run('mknod', at, 'c', '1', '3'), 'a device'],
  ['a dangling link', (at) => symlink('nowhere', at), 'a symbolic link'],
  ['a link to itself', (at) => symlink('complete', at), 'a symbolic link'],
  ['a link to a regular file', (at) => symlink('/etc/passwd', at), 'a symbolic link'],
  ['a link to a directory', (at) => symlink('/etc', at), 'a symbolic link'],
];

describe('H28 a signal file counts only as a regular file', () => {
  it.each(IMPOSTORS)('%s does not, and neither blocks nor throws', async (_what, plant, found) => {
    await plant(path);
    expect(await readSentinel(path)).toEqual({ kind: 'unusable', found });
  });

  it.each(IMPOSTORS)('%s can be cleared unless it is a directory with something in it', async (what, plant) => {
    await plant(path);
    await clearSentinel(path);
    const left = await lstat(path).then(
      () => true,
      () => false,
    );
    expect(left).toBe(what === 'a directory that is full');
    expect(await readFile('/etc/passwd', 'utf8')).toContain('root');
  });

  it.each(IMPOSTORS)(
    '%s gives way to a flag of ours unless it is a directory with something in it',
    async (what, plant) => {
      await plant(path);
      const posting = postSentinel(path, noteWith('failed', 'why'));
      if (what === 'a directory that is full') {
        await expect(posting).rejects.toMatchObject({ reason: 'PlatformUnavailable' });
        expect((await readdir(directory)).filter((name) => name !== 'complete')).toEqual([]);
        return;
      }
      await posting;
      expect(await readSentinel(path)).toMatchObject({ content: 'note', note: { token: 'failed' } });
      expect(await stat('/etc/passwd')).toMatchObject({ nlink: 1 });
    },
  );

  it('in a place that is no directory it is absent', async () => {
    await writeFile(path, '');
    expect(await readSentinel(`${path}/complete`)).toEqual({ kind: 'absent' });
    await clearSentinel(`${path}/complete`);
    await expect(postSentinel(`${path}/complete`)).rejects.toMatchObject({ reason: 'PlatformUnavailable' });
  });

  it('of another user does not count where only root’s does', async () => {
    await writeFile(path, '');
    await chown(path, 1000, 1000);
    expect(await readSentinel(path, { ownerUid: 0 })).toMatchObject({
      kind: 'unusable',
      found: expect.stringContaining('1000') as string,
    });
    expect(await readSentinel(path)).toMatchObject({ kind: 'present' });
    await chown(path, 0, 0);
    expect(await readSentinel(path, { ownerUid: 0 })).toMatchObject({ kind: 'present' });
  });

  it('as a huge sparse file is read only at its start', async () => {
    await writeFile(path, 'my words ');
    await truncate(path, 1024 ** 4);
    const sentinel = await readSentinel(path);
    expect(sentinel).toMatchObject({ content: 'unrecognised' });
    expect(JSON.stringify(sentinel)).toContain('my words');
  });

  it('as a hard link is a regular file like any other', async () => {
    await writeFile(`${directory}/other`, 'failed\n');
    await link(`${directory}/other`, path);
    expect(await readSentinel(path)).toMatchObject({ content: 'note' });
  });
});

describe('posting', () => {
  it('is absent before, there afterwards with mode 0644, and leaves nothing else behind', async () => {
    const mask = process.umask(0o077);
    onCleanup(() => void process.umask(mask));
    expect(await readSentinel(path)).toEqual({ kind: 'absent' });
    await postSentinel(path);
    process.umask(mask);
    expect(await readSentinel(path)).toEqual({ kind: 'present', content: 'empty' });
    expect((await stat(path)).mode & 0o7777).toBe(0o644);
    expect(await readdir(directory)).toEqual(['complete']);
  });

  it('is never seen half, however often it is read meanwhile', async () => {
    const messages = ['a', 'b'].map((letter) => letter.repeat(3000));
    await postSentinel(path, noteWith('refused', messages[0]));
    let posting = true;
    const reader = async (): Promise<number> => {
      let reads = 0;
      while (posting) {
        const sentinel = await readSentinel(path);
        expect(sentinel).toMatchObject({ kind: 'present', content: 'note' });
        const note = sentinel.kind === 'present' && sentinel.content === 'note' ? sentinel.note.message : '';
        expect(messages).toContain(note);
        reads += 1;
        await setImmediate();
      }
      return reads;
    };
    const reading = Promise.all([reader(), reader()]);
    for (let turn = 0; turn < 100; turn++) await postSentinel(path, noteWith('refused', messages[turn % 2] ?? ''));
    posting = false;
    expect(Math.min(...(await reading))).toBeGreaterThan(0);
  });

  it('on a full volume is a failure that says so and leaves the old flag', async () => {
    const small = `${directory}/small`;
    await mkdir(small);
    run('mount', '-t', 'tmpfs', '-o', 'size=64k,nr_inodes=8', 'tmpfs', small);
    await postSentinel(`${small}/ready`, noteWith('ready', 'old'));
    spawnSync('dd', ['if=/dev/zero', `of=${small}/fill`, 'bs=4k']);
    await expect(postSentinel(`${small}/ready`, noteWith('ready', 'new'))).rejects.toMatchObject({ reason: 'NoSpace' });
    expect(await readSentinel(`${small}/ready`)).toMatchObject({ note: { message: 'old' } });
    expect((await readdir(small)).sort()).toEqual(['fill', 'ready']);
  });

  it('on a read-only volume is a failure that names the file', async () => {
    const readOnly = `${directory}/ro`;
    await mkdir(readOnly);
    run('mount', '-t', 'tmpfs', '-o', 'ro', 'tmpfs', readOnly);
    await expect(postSentinel(`${readOnly}/ready`)).rejects.toThrow(`${readOnly}/ready: EROFS`);
  });
});

it('clearing what is absent is fine', async () => {
  await clearSentinel(path);
  await clearSentinel(`${directory}/none/complete`);
});

describe('the private directory', () => {
  it('is made with mode 0700, and an existing one is kept', async () => {
    const own = `${directory}/.ims`;
    await ensurePrivateDirectory(own);
    await writeFile(`${own}/kept`, '');
    await ensurePrivateDirectory(own);
    expect((await stat(own)).mode & 0o7777).toBe(0o700);
    expect(await readdir(own)).toEqual(['kept']);
  });

  it('is refused when it is a link', async () => {
    await symlink('/etc', `${directory}/.ims`);
    await expect(ensurePrivateDirectory(`${directory}/.ims`)).rejects.toMatchObject({ reason: 'PlatformUnavailable' });
  });
});
