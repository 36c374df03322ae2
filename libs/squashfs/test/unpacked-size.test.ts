// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { readSuperblock, unpackedSize } from '../src/index.ts';
import { useWork } from './work.ts';

const work = useWork();

/** Every kind of inode that mksquashfs makes, long forms too. */
function plant(root: string): void {
  mkdirSync(`${root}/dev`, { recursive: true });
  mkdirSync(`${root}/many`);
  for (let n = 0; n < 3000; n += 1) writeFileSync(`${root}/many/a-file-of-some-name-${String(n)}`, `${String(n)}\n`);
  writeFileSync(`${root}/large`, Buffer.alloc(1_000_000, 'squash'));
  writeFileSync(`${root}/exact`, Buffer.alloc(131_072, 'block'));
  writeFileSync(`${root}/empty`, '');
  writeFileSync(`${root}/sparse`, 'data at the beginning\n');
  truncateSync(`${root}/sparse`, 500_000_000);
  linkSync(`${root}/large`, `${root}/large-too`);
  symlinkSync('short', `${root}/short-link`);
  symlinkSync('x/'.repeat(100), `${root}/long-link`);
  execFileSync('mknod', [`${root}/dev/null`, 'c', '1', '3']);
  execFileSync('mknod', [`${root}/dev/loop`, 'b', '7', '0']);
  execFileSync('mkfifo', [`${root}/dev/fifo`]);
  for (const name of ['large', 'many', 'empty'])
    execFileSync('setfattr', ['-n', 'user.test', '-v', 'x', `${root}/${name}`]);
}

/** Directories with an index of 65,535 names each: 17 MB of inode that are packed into a hundredth of it. */
function hostileArchive(directories: number): Buffer {
  const name = Buffer.alloc(12 + 256, 'a');
  name.writeUInt32LE(255, 8);
  const head = Buffer.alloc(40);
  head.writeUInt16LE(8, 0);
  head.writeUInt32LE(1, 20);
  head.writeUInt16LE(65_535, 32);
  const inode = Buffer.concat([head, ...Array.from({ length: 65_535 }, () => name)]);
  const all = Buffer.concat(Array.from({ length: directories }, () => inode));
  const pieces = Array.from({ length: Math.ceil(all.length / 8192) }, (_, at) => {
    const packed = deflateSync(all.subarray(at * 8192, (at + 1) * 8192));
    const length = Buffer.alloc(2);
    length.writeUInt16LE(packed.length);
    return Buffer.concat([length, packed]);
  });
  const table = Buffer.concat(pieces);
  const superblock = Buffer.alloc(96);
  superblock.write('hsqs', 0, 'latin1');
  superblock.writeUInt32LE(directories, 4);
  superblock.writeUInt32LE(131_072, 12);
  superblock.writeUInt16LE(1, 20);
  superblock.writeUInt16LE(4, 28);
  for (const [at, offset] of [
    [40, 96 + table.length],
    [64, 96],
    [72, 96 + table.length],
  ] as const)
    superblock.writeBigUInt64LE(BigInt(offset), at);
  return Buffer.concat([superblock, table]);
}

function pack(...options: string[]): string {
  const archive = `${work.path}/image.sqsh`;
  execFileSync('mksquashfs', [`${work.path}/root`, archive, '-noappend', '-quiet', '-no-progress', ...options]);
  return archive;
}

/** What the tree takes on disk once it is unpacked, in bytes, and how many inodes. */
function measured(archive: string): { bytes: number; inodes: number } {
  const to = `${work.path}/unpacked`;
  execFileSync('unsquashfs', ['-quiet', '-no-progress', '-force', '-dest', to, archive]);
  const du = (unit: string): number => Number.parseInt(execFileSync('du', ['-s', unit, to], { encoding: 'utf8' }), 10);
  return { bytes: du('--block-size=1'), inodes: du('--inodes') };
}

describe('H16 what an archive takes unpacked', () => {
  it.each([
    ['gzip', ['-comp', 'gzip']],
    ['zstd', ['-comp', 'zstd']],
    ['no compression of inodes', ['-noI']],
    ['no fragments', ['-no-fragments']],
  ])('is known before a byte is unpacked: %s', async (_name, options) => {
    plant(`${work.path}/root`);
    const archive = pack(...options);
    const size = await unpackedSize(archive, await readSuperblock(archive), 4096);
    const real = measured(archive);
    expect(size.isExact).toBe(true);
    expect(size.inodes).toBe(real.inodes);
    // Directories have more or fewer blocks than their lists in the archive, and holes only whole blocks.
    expect(Math.abs(size.bytes - real.bytes) / real.bytes).toBeLessThan(0.05);
  });

  it('is never more than the truth when Node cannot read the inodes', async () => {
    plant(`${work.path}/root`);
    const archive = pack('-comp', 'xz');
    const size = await unpackedSize(archive, await readSuperblock(archive), 4096);
    const real = measured(archive);
    expect(size).toMatchObject({ isExact: false, inodes: real.inodes });
    expect(size.bytes).toBeLessThanOrEqual(real.bytes);
  });

  it('H27 is counted without holding anything else up, in an archive whose directories are made to take long', async () => {
    const archive = `${work.path}/hostile.sqsh`;
    await writeFile(archive, hostileArchive(2));
    let turns = 0;
    const counted = new AbortController();
    const other = (async () => {
      for (; !counted.signal.aborted; turns += 1) await setImmediate();
    })();
    const size = await unpackedSize(archive, await readSuperblock(archive), 4096);
    counted.abort();
    await other;
    expect(size).toMatchObject({ inodes: 2, isExact: true });
    expect(turns).toBeGreaterThan(50);
  });

  it('is refused for a table of inodes that is damaged', async () => {
    plant(`${work.path}/root`);
    const archive = pack();
    const superblock = await readSuperblock(archive);
    const bytes = await readFile(archive);
    bytes.fill(0x5a, superblock.inodeTable, superblock.directoryTable);
    await writeFile(archive, bytes);
    await expect(unpackedSize(archive, superblock, 4096)).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
  });
});
