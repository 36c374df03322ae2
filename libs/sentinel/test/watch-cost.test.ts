// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fs from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { watch as chokidar } from 'chokidar';
import { afterEach, describe, expect, it } from 'vitest';

import { layoutOf } from '@ims/contract';
import { silentLogger } from '@ims/runtime';
import { cleanUp, eventually, onCleanup, temporaryDirectory } from '@ims/testing';
import { createBoard } from '../src/index.ts';
import { pinnedDirectory } from './pinned.ts';

afterEach(cleanUp);

const MANY = 20_000;
const NEVER_MS = 3_600_000;

/** Counts every call of this process to the file system, chokidar's too, and every name that a listing gave. */
const countCalls = (): { calls: () => number; names: () => number; reset: () => void } => {
  let calls = 0;
  let names = 0;
  const originals: [Record<string, unknown>, string, unknown][] = [];
  for (const api of [fs, fs.promises] as unknown as Record<string, unknown>[]) {
    for (const [name, original] of Object.entries(api)) {
      if (typeof original !== 'function' || !/^[a-z]/.test(name)) continue;
      originals.push([api, name, original]);
      api[name] = (...args: unknown[]): unknown => {
        calls += 1;
        const result: unknown = Reflect.apply(original as (...args: unknown[]) => unknown, api, args);
        if (name === 'readdir' && result instanceof Promise) {
          void result.then(
            (list: unknown[]) => (names += list.length),
            () => undefined,
          );
        }
        return result;
      };
    }
  }
  syncBuiltinESMExports();
  onCleanup(() => {
    for (const [api, name, original] of originals) api[name] = original;
    syncBuiltinESMExports();
  });
  return {
    calls: () => calls,
    names: () => names,
    reset: () => {
      calls = 0;
      names = 0;
    },
  };
};

/** How many places the kernel watches for this process. */
const kernelWatches = async (): Promise<number> => {
  const infos = (await readdir('/proc/self/fdinfo')).map((fd) =>
    readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => ''),
  );
  return (await Promise.all(infos))
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('inotify wd:')).length;
};

const fill = async (directory: string, files: number): Promise<void> => {
  await mkdir(directory, { recursive: true });
  for (let n = 0; n < files; n++) fs.writeFileSync(`${directory}/file-${String(n)}`, '');
};

/** Begins to wait, lets ten flags come and go in the jail's /tmp, and counts what that took. */
const costOf = async (files: number): Promise<{ calls: number; names: number; watches: number }> => {
  const parent = await temporaryDirectory('cost');
  const layout = layoutOf({ parent, action: 'customize', jailed: true });
  const tmp = `${layout.imageRoot}/tmp`;
  await fill(tmp, files);
  await fill(`${layout.imageRoot}/usr/share`, files);
  const before = await kernelWatches();
  const counter = countCalls();
  const board = createBoard({
    layout,
    userDirectory: pinnedDirectory(tmp),
    logger: silentLogger,
    tickMs: NEVER_MS,
  });
  const abort = new AbortController();
  let evaluations = 0;
  const wait = board.until(() => {
    evaluations += 1;
    return Promise.resolve(undefined);
  }, abort.signal);
  const quiet = async (): Promise<void> => {
    let last = -1;
    await eventually(() => {
      const settled = last === counter.calls() && evaluations > 0;
      last = counter.calls();
      return settled;
    });
  };
  await quiet();
  const watches = (await kernelWatches()) - before;
  counter.reset();
  for (let turn = 0; turn < 10; turn++) {
    const seen = evaluations;
    await writeFile(`${tmp}/complete`, '');
    await eventually(() => evaluations > seen);
    await board.clear('complete');
    await quiet();
  }
  const cost = { calls: counter.calls(), names: counter.names(), watches };
  abort.abort(new Error('enough'));
  await wait.catch(() => undefined);
  await board.close();
  await cleanUp();
  return cost;
};

describe('H29 the watcher’s cost', () => {
  it('is the same for ten files as for many, in the image root and in its /tmp', async () => {
    const few = await costOf(10);
    const many = await costOf(MANY);
    expect(many.names).toBe(0);
    expect(many.watches).toBe(few.watches);
    // What the test itself does is counted too and is the same; events may be joined differently.
    expect(many.calls).toBeLessThan(few.calls * 1.5);
    expect(many.calls).toBeLessThan(500);
  });

  it('would grow with the files if chokidar watched that /tmp: the measure can fail', async () => {
    const directory = await temporaryDirectory('cost');
    await fill(directory, MANY);
    const counter = countCalls();
    const watcher = chokidar(directory, { depth: 0, ignoreInitial: true, ignored: (path) => path.includes('file-') });
    onCleanup(() => watcher.close());
    await new Promise<void>((resolve) => {
      watcher.once('ready', resolve);
    });
    expect(counter.calls()).toBeGreaterThan(MANY);
    expect(counter.names()).toBeGreaterThanOrEqual(MANY);
  });

  it('of starting does not depend on the files either', async () => {
    const parent = await temporaryDirectory('cost');
    const layout = layoutOf({ parent, action: 'customize', jailed: true });
    await fill(`${layout.imageRoot}/tmp`, MANY);
    const counter = countCalls();
    const board = createBoard({
      layout,
      userDirectory: pinnedDirectory(`${layout.imageRoot}/tmp`),
      logger: silentLogger,
      tickMs: NEVER_MS,
    });
    const wait = board.until(
      async () => ((await board.read('complete')).kind === 'present' ? true : undefined),
      new AbortController().signal,
    );
    await writeFile(`${layout.imageRoot}/tmp/complete`, '');
    await wait;
    await board.close();
    expect(counter.calls()).toBeLessThan(100);
    // The volume's own entries: image-root and the private directory.
    expect(counter.names()).toBeLessThan(10);
  });
});
