// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanUp, imageTemplate, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { findImageSource, kindOfBytes, notAnImageRoot } from '../src/image/image-source.ts';

const run = promisify(execFile);

afterEach(cleanUp);

describe('what --image names', () => {
  it('is told by its bytes and not by its name', async () => {
    const work = await temporaryDirectory();
    const root = join(work, 'root');
    await mkdir(join(root, 'etc'), { recursive: true });
    const packers = [
      { file: 'a.img', kind: { kind: 'squashfs' }, command: ['mksquashfs', root, 'a.img', '-quiet', '-no-progress'] },
      { file: 'b', kind: { kind: 'tar', compression: 'none' }, command: ['tar', '-C', root, '-cf', 'b', '.'] },
      { file: 'c', kind: { kind: 'tar', compression: 'gzip' }, command: ['tar', '-C', root, '-czf', 'c', '.'] },
      { file: 'd', kind: { kind: 'tar', compression: 'xz' }, command: ['tar', '-C', root, '-cJf', 'd', '.'] },
      {
        file: 'e',
        kind: { kind: 'tar', compression: 'zstd' },
        command: ['tar', '-C', root, '--zstd', '-cf', 'e', '.'],
      },
      {
        file: 'f',
        kind: { kind: 'tar', compression: 'none' },
        command: ['tar', '-C', root, '--format=v7', '-cf', 'f', '.'],
      },
    ];
    for (const { file, kind, command } of packers) {
      const [program = '', ...args] = command;
      await run(program, args, { cwd: work });
      expect(await findImageSource(join(work, file))).toMatchObject({ source: { ...kind, path: join(work, file) } });
    }
  });

  it('may be a directory that looks like an image root', async () => {
    const root = await imageTemplate();
    expect(await findImageSource(root)).toEqual({ source: { kind: 'directory', path: root } });
  });

  it('is refused with what was found and what is accepted', async () => {
    const work = await temporaryDirectory();
    await writeFile(join(work, 'text'), 'hello');
    await mkdir(join(work, 'empty'));
    const problems = await Promise.all(
      [join(work, 'text'), join(work, 'empty'), join(work, 'nothing'), '/dev/null', '/'].map(async (path) => {
        const found = await findImageSource(path);
        return 'problem' in found ? found.problem : '';
      }),
    );
    const expected = ['neither squashfs nor a tar', 'is empty', 'does not exist', 'neither a file nor', 'root of this'];
    for (const [index, part] of expected.entries()) {
      expect(problems[index]).toContain(part);
      expect(problems[index]).toMatch(/^--image .*\(accepted: a directory, a squashfs file, or a tar archive/);
    }
  });

  it('tells a container image from a root file system', () => {
    expect(notAnImageRoot(['blobs', 'index.json', 'oci-layout'])).toContain('podman export');
    expect(notAnImageRoot(['etc', 'usr'])).toBeUndefined();
    expect(notAnImageRoot(['etc', 'bin'])).toBeUndefined();
    expect(notAnImageRoot(['rootfs'])).toContain('it holds rootfs');
  });

  it('may begin with a frame that is to be skipped, as pzstd writes one', () => {
    expect(kindOfBytes(Buffer.from('502a4d1804000000', 'hex'))).toBe('zstd');
    expect(kindOfBytes(Buffer.from('5f2a4d1804000000', 'hex'))).toBe('zstd');
  });

  it('is unknown when its first bytes are', () => {
    expect(kindOfBytes(Buffer.alloc(512, 'a'))).toBeUndefined();
    expect(kindOfBytes(Buffer.alloc(512))).toBeUndefined();
    expect(kindOfBytes(Buffer.alloc(0))).toBeUndefined();
  });
});
