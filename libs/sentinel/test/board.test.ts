// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { chown, mkdir, readdir, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { layoutOf, type SentinelName, type Token } from '@ims/contract';
import { silentLogger, type Logger } from '@ims/runtime';
import { cleanUp, eventually, onCleanup, recordingLogger, temporaryDirectory } from '@ims/testing';
import {
  createBoard,
  volumeDirectory,
  type BoardOptions,
  type ClosableBoard,
  type UserDirectory,
} from '../src/index.ts';
import { watchPinned } from '../src/watch.ts';
import { pinnedDirectory } from './pinned.ts';

afterEach(cleanUp);

/** So slow that a test which needs it never ends. */
const NEVER_MS = 3_600_000;
const never = new AbortController().signal;

interface Job {
  readonly parent: string;
  readonly userPath: string;
  readonly board: ClosableBoard;
}

const job = async (
  options: { jailed?: boolean; tickMs?: number; logger?: Logger; userDirectory?: UserDirectory } & Pick<
    BoardOptions,
    'unlock'
  > = {},
): Promise<Job> => {
  const parent = await temporaryDirectory('board');
  const layout = layoutOf({ parent, action: 'customize', jailed: options.jailed ?? false });
  await mkdir(`${layout.imageRoot}/tmp`, { recursive: true });
  const userPath = layout.jailed ? `${layout.imageRoot}/tmp` : parent;
  const board = createBoard({
    layout,
    userDirectory: options.userDirectory ?? (layout.jailed ? pinnedDirectory(userPath) : volumeDirectory(parent)),
    logger: options.logger ?? silentLogger,
    ...(options.unlock === undefined ? {} : { unlock: options.unlock }),
    tickMs: options.tickMs ?? NEVER_MS,
  });
  onCleanup(async () => {
    await board.close();
  });
  return { parent, userPath, board };
};

const present = async (board: ClosableBoard, name: SentinelName, signal = never): Promise<true> =>
  await board.until(async () => ((await board.read(name)).kind === 'present' ? true : undefined), signal);

/** Resolves when the wait has evaluated and has nothing to do but wait. */
const whenIdle = async (evaluations: () => number): Promise<void> => {
  let last = -1;
  await eventually(() => {
    const settled = evaluations() === last;
    last = evaluations();
    return settled && last > 0;
  });
};

describe('a flag that may not be changed', () => {
  it('is cleared and posted when its attributes can be taken off, and is a failure when not', async () => {
    const unlock = async (directory: string, name: string): Promise<boolean> => {
      await Promise.resolve();
      return spawnSync('chattr', ['-i', '-a', '.', name], { cwd: directory }).status === 0;
    };
    const locked = await job({ jailed: true });
    const free = await job({ jailed: true, unlock });
    onCleanup(async () => {
      await Promise.resolve(spawnSync('chattr', ['-R', '-i', '-a', locked.userPath, free.userPath]));
    });
    for (const { userPath } of [locked, free]) {
      await writeFile(`${userPath}/complete`, '');
      await writeFile(`${userPath}/complete.refused`, '');
      const files = [`${userPath}/complete`, `${userPath}/complete.refused`];
      expect(spawnSync('chattr', ['+i', ...files]).status).toBe(0);
      expect(spawnSync('chattr', ['+a', userPath]).status).toBe(0);
    }
    await expect(locked.board.clear('complete')).rejects.toThrow(/cannot remove .*: EPERM/);
    await expect(locked.board.post('refused')).rejects.toThrow(/cannot write .*: EPERM/);
    await free.board.clear('complete');
    await free.board.post('refused');
    expect(await readdir(free.userPath)).toEqual(['complete.refused']);
  });
});

describe('waiting', () => {
  it('evaluates at once, before anything happens', async () => {
    const { board } = await job();
    expect(await board.until(() => Promise.resolve('now'), never)).toBe('now');
  });

  it.each<[SentinelName, boolean]>([
    ['ready', false],
    ['door', false],
    ['complete', false],
    ['complete', true],
    ['failed', true],
  ])('hears of %s (jailed: %s) without the tick, when another program touches it', async (name, jailed) => {
    const { board, parent, userPath } = await job({ jailed });
    const path = name === 'ready' ? `${parent}/ready` : name === 'door' ? `${parent}/.ims/door` : `${userPath}/${name}`;
    let evaluations = 0;
    const seen = board.until(async () => {
      evaluations += 1;
      return (await board.read(name)).kind === 'present' ? true : undefined;
    }, never);
    await whenIdle(() => evaluations);
    expect(spawnSync('touch', [path]).status).toBe(0);
    expect(await seen).toBe(true);
  });

  it.each<[SentinelName, boolean, Token]>([
    ['exiting', false, 'done'],
    ['verdict', false, 'refused'],
    ['refused', false, 'refused'],
    ['refused', true, 'refused'],
  ])(
    'hears of %s (jailed: %s) without the tick, when it is posted atomically and again',
    async (name, jailed, token) => {
      const { board } = await job({ jailed });
      const messages: string[] = [];
      const watching = board.until(async () => {
        const sentinel = await board.read(name);
        const text = sentinel.kind === 'present' && sentinel.content === 'note' ? sentinel.note.message : '';
        if (text !== '' && text !== messages.at(-1)) messages.push(text);
        return messages.length === 3 ? messages : undefined;
      }, never);
      for (const message of ['one', 'two', 'three']) {
        await board.post(name, { token, message });
        await eventually(() => messages.includes(message));
      }
      expect(await watching).toEqual(['one', 'two', 'three']);
    },
  );

  it('hears without the tick that a flag went away', async () => {
    const { board } = await job({ jailed: true });
    await board.post('complete');
    const gone = board.until(async () => ((await board.read('complete')).kind === 'absent' ? true : undefined), never);
    await board.clear('complete');
    expect(await gone).toBe(true);
  });

  it('finds out by the tick what no event tells', async () => {
    const { board } = await job({ tickMs: 5 });
    let evaluations = 0;
    const done = await board.until(() => Promise.resolve((evaluations += 1) === 5 ? 'five' : undefined), never);
    expect(done).toBe('five');
  });

  it('never evaluates twice at a time, and once more for what happened meanwhile', async () => {
    const { board } = await job({ tickMs: 1 });
    let running = 0;
    let most = 0;
    let evaluations = 0;
    await board.until(async () => {
      running += 1;
      most = Math.max(most, running);
      evaluations += 1;
      await board.post('door');
      running -= 1;
      return evaluations === 20 ? true : undefined;
    }, never);
    expect(most).toBe(1);
  });

  it('can be done by many at once', async () => {
    const { board } = await job();
    const names: SentinelName[] = ['ready', 'complete', 'exiting', 'door', 'verdict'];
    const all = Promise.all(names.map((name) => present(board, name)));
    for (const name of names) await board.post(name);
    expect(await all).toEqual(names.map(() => true));
  });

  it('ends with the signal’s reason, at once, also while an evaluation hangs', async () => {
    const { board } = await job();
    const reason = new Error('enough');
    const abort = new AbortController();
    const idle = present(board, 'ready', abort.signal);
    const hanging = board.until(() => new Promise<undefined>(() => undefined), abort.signal);
    const expectations = [expect(idle).rejects.toBe(reason), expect(hanging).rejects.toBe(reason)];
    abort.abort(reason);
    await Promise.all(expectations);
    let evaluated = false;
    const late = board.until(() => Promise.resolve((evaluated = true)), abort.signal);
    await expect(late).rejects.toBe(reason);
    expect(evaluated).toBe(false);
  });

  it('leaves nothing behind that keeps the program alive when it was aborted before it began', async () => {
    const { board } = await job();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await expect(present(board, 'ready', AbortSignal.abort())).rejects.toThrow();
    expect(timers()).toBe(before);
  });

  it('ends with what the evaluation throws, and the board goes on', async () => {
    const { board } = await job();
    await expect(board.until(() => Promise.reject(new Error('broken')), never)).rejects.toThrow('broken');
    const next = present(board, 'ready');
    await board.post('ready');
    expect(await next).toBe(true);
  });

  it('leaves no timer behind', async () => {
    const { board } = await job({ tickMs: 50 });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const abort = new AbortController();
    const waits = Promise.allSettled([present(board, 'ready', abort.signal), present(board, 'door', abort.signal)]);
    expect(timers()).toBeGreaterThan(before);
    abort.abort(new Error('enough'));
    await waits;
    expect(timers()).toBe(before);
  });
});

describe('a person’s words', () => {
  it('are read although the flag is seen before they are written', async () => {
    const { board, userPath } = await job({ jailed: true });
    let evaluations = 0;
    const wait = board.until(async () => {
      evaluations += 1;
      const sentinel = await board.read('failed');
      return sentinel.kind === 'present' ? sentinel : undefined;
    }, never);
    await whenIdle(() => evaluations);
    expect(spawnSync('sh', ['-c', `echo the RPM is missing > ${userPath}/failed`]).status).toBe(0);
    expect(await wait).toMatchObject({ content: 'unrecognised', text: 'the RPM is missing\n' });
  });

  it('that never come do not keep an empty flag from counting', async () => {
    const { board, userPath } = await job({ jailed: true });
    await writeFile(`${userPath}/failed`, '');
    for (let look = 0; look < 3; look++) {
      expect(await board.read('failed')).toEqual({ kind: 'present', content: 'empty' });
    }
    await writeFile(`${userPath}/failed`, 'now');
    expect(await board.read('failed')).toMatchObject({ text: 'now' });
  });
});

describe('H28 whatever stands where a flag belongs', () => {
  it.each([false, true])('does not crash the watcher, and the real flag is heard of (jailed: %s)', async (jailed) => {
    const { board, userPath } = await job({ jailed });
    const flag = `${userPath}/complete`;
    const abort = new AbortController();
    const found: string[] = [];
    const wait = board.until(async () => {
      const sentinel = await board.read('complete');
      if (sentinel.kind === 'unusable' && !found.includes(sentinel.found)) found.push(sentinel.found);
      return sentinel.kind === 'present' ? true : undefined;
    }, abort.signal);
    const plant: [string, () => Promise<unknown>][] = [
      ['a directory', () => mkdir(flag)],
      ['a fifo', () => Promise.resolve(spawnSync('mkfifo', [flag]))],
      ['a symbolic link', () => symlink('complete', flag)],
      ['a device', () => Promise.resolve(spawnSync('mknod', [flag, 'c', '1', '3']))],
    ];
    for (const [what, make] of plant) {
      await make();
      await eventually(() => found.includes(what));
      await board.clear('complete');
    }
    await writeFile(flag, '');
    expect(await wait).toBe(true);
  });

  it('a flag of another user of the image does not count in the jail, root’s does', async () => {
    const { board, userPath } = await job({ jailed: true });
    await writeFile(`${userPath}/complete`, '');
    await chown(`${userPath}/complete`, 1000, 1000);
    expect(await board.read('complete')).toMatchObject({ kind: 'unusable' });
    await chown(`${userPath}/complete`, 0, 0);
    expect(await board.read('complete')).toEqual({ kind: 'present', content: 'empty' });
  });
});

describe('the jail’s /tmp', () => {
  it('that the user swaps for another directory is followed', async () => {
    const { board, userPath } = await job({ jailed: true, tickMs: 10 });
    const seen = present(board, 'complete');
    await rename(userPath, `${userPath}.old`);
    await mkdir(userPath);
    await writeFile(`${userPath}.old/failed`, '');
    await writeFile(`${userPath}/complete`, '');
    expect(await seen).toBe(true);
    expect(await board.read('failed')).toEqual({ kind: 'absent' });
  });

  it('that is a link counts as absent, and nothing is written through it', async () => {
    const { board, userPath, parent } = await job({ jailed: true });
    await mkdir(`${parent}/elsewhere`);
    await writeFile(`${parent}/elsewhere/complete`, '');
    await rmdir(userPath);
    await symlink('../elsewhere', userPath);
    expect(await board.read('complete')).toEqual({ kind: 'absent' });
    await board.clear('complete');
    await expect(board.post('failed')).rejects.toMatchObject({ reason: 'ImageInvalid' });
    expect(await readdir(`${parent}/elsewhere`)).toEqual(['complete']);
  });

  it('that cannot be opened is said to be unusable when read, and does not end a wait', async () => {
    const userDirectory = { open: () => Promise.reject(new Error('it leads out of the image')) };
    const logger = recordingLogger();
    const { board } = await job({ jailed: true, userDirectory, logger, tickMs: 5 });
    expect(await board.read('complete')).toEqual({ kind: 'unusable', found: 'it leads out of the image' });
    const wait = present(board, 'ready');
    await eventually(() => logger.messages('warn').length > 0);
    await board.post('ready');
    expect(await wait).toBe(true);
    expect(logger.messages('warn')).toHaveLength(1);
  });

  it('is watched anew after it was swapped, removed and made again', async () => {
    const directory = `${await temporaryDirectory('pinned')}/tmp`;
    await mkdir(directory);
    let events = 0;
    const errors: unknown[] = [];
    const watch = watchPinned(pinnedDirectory(directory), {
      onEvent: () => (events += 1),
      onError: (error) => errors.push(error),
    });
    onCleanup(async () => {
      await watch.close();
    });
    for (let turn = 0; turn < 5; turn++) {
      await watch.refresh();
      const before = events;
      await writeFile(`${directory}/complete`, '');
      await eventually(() => events > before);
      await rm(directory, { recursive: true });
      // A directory that is made at once often gets the number of the one that has just gone.
      await mkdir(directory);
    }
    expect(errors).toEqual([]);
  });
});

describe('a watch that fails', () => {
  it('is said once, and the tick carries on', async () => {
    const logger = recordingLogger();
    const { board, parent } = await job({ logger, tickMs: 5 });
    await writeFile(`${parent}/.ims`, 'no directory');
    const waits = Promise.all([present(board, 'ready'), present(board, 'exiting')]);
    await eventually(() => logger.messages('warn').length > 0);
    await writeFile(`${parent}/ready`, '');
    await writeFile(`${parent}/exiting`, '');
    await waits;
    expect(logger.messages('warn')).toHaveLength(1);
  });
});
