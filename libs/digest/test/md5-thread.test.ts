// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, onCleanup, temporaryDirectory } from '@ims/testing';
import { startMd5Thread, type Md5Thread } from '../src/index.ts';

afterEach(cleanUp);

// More than one reading of the thread.
const BYTES = randomBytes(700_001);

function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

async function file(content: Uint8Array = new Uint8Array()): Promise<FileHandle> {
  const handle = await open(`${await temporaryDirectory()}/file`, 'w+');
  onCleanup(async () => await handle.close());
  await handle.write(content);
  return handle;
}

function threadOf({ fd }: FileHandle, options?: Parameters<typeof startMd5Thread>[1]): Md5Thread {
  const thread = startMd5Thread(fd, options);
  onCleanup(async () => await thread[Symbol.asyncDispose]());
  return thread;
}

describe('the md5 of a file', () => {
  it.each([true, false])('is that of all that was there when it was asked for (yielding %s)', async (yields) => {
    const thread = threadOf(await file(BYTES), { yields });
    thread.reach(BYTES.length);
    expect(await thread.digest()).toBe(md5Of(BYTES));
  });

  it('is taken while the file grows, each byte once it is said to stand there', async () => {
    const handle = await file();
    const thread = threadOf(handle);
    let size = 0;
    for (const end of [1, 2, 300_000, 300_001, BYTES.length]) {
      const { bytesWritten } = await handle.write(BYTES.subarray(size, end), 0, undefined, size);
      thread.reach((size += bytesWritten));
    }
    expect(await thread.digest()).toBe(md5Of(BYTES));
  });

  it('leaves out what nobody has said to stand there', async () => {
    const thread = threadOf(await file(BYTES));
    thread.reach(100);
    expect(await thread.digest()).toBe(md5Of(BYTES.subarray(0, 100)));
  });

  it('of a file without bytes is that of nothing', async () => {
    expect(await threadOf(await file(BYTES)).digest()).toBe(md5Of(new Uint8Array()));
  });

  it('fails when the file is shorter than it is said to be, asked for before or afterwards', async () => {
    const thread = threadOf(await file(BYTES.subarray(0, 10)));
    thread.reach(11);
    await expect(thread.digest()).rejects.toThrow('the file has 10 of 11 bytes');
    await expect(thread.digest()).rejects.toThrow('the file has 10 of 11 bytes');
  });

  it('ends with the signal, and with the thread', async () => {
    const gone = new Error('gone');
    await expect(threadOf(await file(BYTES)).digest(AbortSignal.abort(gone))).rejects.toBe(gone);
    const thread = threadOf(await file(BYTES));
    await thread[Symbol.asyncDispose]();
    await expect(thread.digest()).rejects.toThrow('the thread was ended');
  });

  it('that nobody asks for holds no process', async () => {
    const program = `
      import { openSync } from 'node:fs';
      import { startMd5Thread } from '${import.meta.resolve('../src/index.ts')}';
      startMd5Thread(openSync('/dev/null')).reach(0);`;
    // By its exit code: a process that is held ends by the signal.
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { timeout: 20_000 });
  });
});
