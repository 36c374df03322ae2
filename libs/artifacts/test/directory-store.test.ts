// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { encodeManifest, manifestOf } from '@ims/contract';
import { silentLogger } from '@ims/runtime';
import { createDirectoryStore, openStore, parseStoreAddress, verifyImage } from '../src/index.ts';
import { describeStoreConformance } from './conformance.ts';
import { imageOf, never, silent, sourceOf, swapFile } from './sources.ts';

const makeDirectory = async (): Promise<string> => {
  await mkdir('/var/lib/ims-test', { recursive: true });
  return await mkdtemp('/var/lib/ims-test/artifacts-');
};

describeStoreConformance({
  name: 'a directory',
  makeStore: async () => {
    const directory = await makeDirectory();
    return {
      store: createDirectoryStore({ directory, logger: silentLogger }),
      readObject: async (path) => await readFile(path),
      listObjects: async (imageId) => await readdir(`${directory}/${imageId}`).catch(() => []),
      swapObject: swapFile,
      dispose: async () => await rm(directory, { recursive: true }),
    };
  },
});

describe('a directory store', () => {
  let directory: string;
  let mounted: string | undefined;
  const image = imageOf(randomUUID());
  const path = (name: string): string => `${directory}/${image.imageId}/${name}`;
  beforeEach(async () => {
    directory = await makeDirectory();
  });
  afterEach(async () => {
    if (mounted !== undefined) execFileSync('umount', [mounted]);
    mounted = undefined;
    await rm(directory, { recursive: true, force: true });
  });
  const mount = (...args: string[]): void => {
    execFileSync('mount', args);
    mounted = args.at(-1);
  };
  const put = async (bytes: Uint8Array, onProgress: (done: number, total: number) => void = silent) =>
    await createDirectoryStore({ directory, logger: silentLogger }).put(image, sourceOf('rootfs', bytes), {
      onProgress,
      signal: never,
    });

  it('H20 bytes that change on the disk between writing and reading back are never published', async () => {
    const corrupt = (done: number, total: number): void => {
      if (done === total && existsSync(path('.rootfs.partial'))) {
        execFileSync('dd', [
          'if=/dev/zero',
          `of=${path('.rootfs.partial')}`,
          'bs=1',
          'count=9',
          'seek=70000',
          'conv=notrunc',
          'status=none',
        ]);
      }
    };
    await expect(put(randomBytes(200_000), corrupt)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringMatching(
        /rootfs was not stored: 200000 bytes, sha256 \w+ were sent, 200000 bytes/,
      ) as string,
    });
    expect(readdirSync(`${directory}/${image.imageId}`)).toEqual([]);
  });

  it('H20 a file that is cut short on the disk is never published', async () => {
    const cut = (done: number, total: number): void => {
      if (done === total && existsSync(path('.rootfs.partial')))
        execFileSync('truncate', ['-s', '-1', path('.rootfs.partial')]);
    };
    await expect(put(randomBytes(200_000), cut)).rejects.toMatchObject({ reason: 'VerificationFailed' });
    expect(readdirSync(`${directory}/${image.imageId}`)).toEqual([]);
  });

  it('H3 goes on after a run that was killed while it wrote, and leaves nothing of it', async () => {
    mkdirSync(`${directory}/${image.imageId}`);
    writeFileSync(path('.rootfs.partial'), 'torn');
    writeFileSync(path('.kernel.partial'), 'torn');
    const bytes = randomBytes(200_000);
    const stored = await put(bytes);
    expect(readFileSync(path('rootfs')).equals(bytes)).toBe(true);
    const text = encodeManifest(manifestOf([stored], new Date(), 'file'));
    await createDirectoryStore({ directory, logger: silentLogger }).putManifest(image, text, never);
    expect(readdirSync(`${directory}/${image.imageId}`).sort()).toEqual(['manifest.json', 'rootfs']);
  });

  it('H3 does not touch a file that is already what it would store', async () => {
    const bytes = randomBytes(200_000);
    await put(bytes);
    const before = statSync(path('rootfs'));
    await put(bytes);
    expect(statSync(path('rootfs')).ino).toBe(before.ino);
  });

  it('gives the etag that S3 gives to an object of one part, and files that only their owner can read', async () => {
    const stored = await put(randomBytes(1000));
    expect(stored.etag).toBe(stored.md5);
    expect(stored.path).toBe(path('rootfs'));
    expect(statSync(stored.path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(stored.path)).mode & 0o777).toBe(0o700);
  });

  it('H16 a full store says so and keeps nothing', async () => {
    mount('-t', 'tmpfs', '-o', 'size=2m', 'none', directory);
    await expect(put(randomBytes(4_000_000))).rejects.toMatchObject({
      reason: 'NoSpace',
      message: expect.stringContaining('the store is full (ENOSPC)') as string,
    });
    expect(readdirSync(`${directory}/${image.imageId}`)).toEqual([]);
  });

  it('H16 a store without inodes says so', async () => {
    mount('-t', 'tmpfs', '-o', 'nr_inodes=2', 'none', directory);
    await expect(put(randomBytes(10))).rejects.toMatchObject({ reason: 'NoSpace' });
  });

  it('a store that is not there, not a directory or read-only says what to do', async () => {
    mkdirSync(`${directory}/mounted`);
    mount('-t', 'tmpfs', '-o', 'ro', 'none', `${directory}/mounted`);
    writeFileSync(`${directory}/file`, '');
    const cases = [
      ['gone', 'create the store directory or mount it'],
      ['file', 'give a directory'],
      ['mounted', 'read-write'],
    ] as const;
    for (const [name, advice] of cases) {
      const store = createDirectoryStore({ directory: `${directory}/${name}`, logger: silentLogger });
      const putting = store.put(image, sourceOf('rootfs', randomBytes(10)), { onProgress: silent, signal: never });
      await expect(putting).rejects.toMatchObject({
        reason: 'StoreUnavailable',
        advice: expect.stringContaining(advice) as string,
      });
    }
  });

  it('is made with all above it, once, before anything is stored', async () => {
    const deep = `${directory}/a/b/store`;
    const store = createDirectoryStore({ directory: deep, logger: silentLogger });
    await store.prepare(never);
    await store.prepare(never);
    expect(readdirSync(deep)).toEqual([]);
  });

  it.each([
    ['below a directory that takes none', '/proc/nope/store'],
    ['below a file', '/etc/passwd/store'],
  ])('refuses to be made %s, and ends', async (_title, path) => {
    const store = createDirectoryStore({ directory: path, logger: silentLogger });
    await expect(store.prepare(never)).rejects.toMatchObject({ reason: 'StoreUnavailable' });
  });

  it('verifyImage finds what changed after it was published', async () => {
    const stored = await put(randomBytes(100_000));
    const store = createDirectoryStore({ directory, logger: silentLogger });
    const { path: manifest } = await store.putManifest(
      image,
      encodeManifest(manifestOf([stored], new Date(), 'file')),
      never,
    );
    expect((await verifyImage(manifest)).artifacts).toHaveLength(1);
    execFileSync('dd', ['if=/dev/zero', `of=${stored.path}`, 'bs=1', 'count=9', 'conv=notrunc', 'status=none']);
    await expect(verifyImage(manifest)).rejects.toMatchObject({
      reason: 'VerificationFailed',
      message: expect.stringContaining('is not what its manifest says') as string,
    });
    await rm(stored.path);
    await expect(verifyImage(manifest)).rejects.toMatchObject({ reason: 'VerificationFailed' });
    await expect(verifyImage(`${directory}/nothing.json`)).rejects.toMatchObject({ reason: 'StoreUnavailable' });
  });
});

describe('parseStoreAddress', () => {
  it.each([
    ['/srv/images', '/srv/images'],
    ['/srv//images/', '/srv/images'],
    ['file:///srv/my%20images', '/srv/my images'],
    ['a:b', `${process.cwd()}/a:b`],
  ])('reads %j', (text, directory) => {
    expect(parseStoreAddress(text)).toEqual({ kind: 'directory', directory });
  });

  it.each(['s3://boot-images', 'S3://boot-images/'])('reads %j', (text) => {
    expect(parseStoreAddress(text)).toEqual({ kind: 's3', bucket: 'boot-images' });
  });

  it.each([
    ['s3://boot-images/folder', 'below no other key'],
    ['s3://', 'it names no bucket'],
    ['s3://a..b', 'it names no bucket'],
    ['ftp://x', 'there is no store of kind ftp'],
    ['file://host/x', 'host'],
    ['', 'it names no directory'],
    ['  ', 'it names no directory'],
  ])('refuses %j and says what is accepted', (text, why) => {
    expect(() => parseStoreAddress(text)).toThrow(expect.objectContaining({ reason: 'ConfigurationInvalid' }));
    expect(() => parseStoreAddress(text)).toThrow(why);
    expect(() => parseStoreAddress(text)).toThrow('accepted: /srv/images or file:///srv/images');
  });

  it('H34 never repeats a password that stands in an address', () => {
    expect(() => parseStoreAddress('s3://user:secret@host/bucket')).toThrow(/"s3:\/\/…@host\/bucket"/);
  });

  it('opens what it read', async () => {
    const tools = { logger: silentLogger };
    expect((await openStore(parseStoreAddress('/srv/images'), tools)).linkType).toBe('file');
    await expect(openStore(parseStoreAddress('s3://images'), tools)).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
    });
  });
});
