// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { silentLogger } from '@ims/runtime';
import { createUnpacker } from '../src/index.ts';
import { never, noProgress, runner, useWork } from './work.ts';

const work = useWork();

/** Packs without compression, so that names can be changed afterwards as no tool would. */
function packPlain(): string {
  const archive = `${work.path}/image.sqsh`;
  const plain = ['-noI', '-noD', '-noF', '-noX', '-noappend', '-quiet', '-no-progress'];
  execFileSync('mksquashfs', [`${work.path}/root`, archive, ...plain]);
  return archive;
}

function rename(archive: string, from: string, to: string): void {
  const bytes = readFileSync(archive);
  const at = bytes.indexOf(from, 0, 'latin1');
  expect(at).toBeGreaterThan(0);
  bytes.write(to, at, 'latin1');
  writeFileSync(archive, bytes);
}

async function unpackHostile(archive: string): Promise<unknown> {
  const unpacker = createUnpacker({ runner, logger: silentLogger, archive, place: 'file:///image.sqsh' });
  mkdirSync(`${work.path}/deep`);
  mkdirSync(`${work.path}/outside`, { recursive: true });
  return await unpacker.unpack(`${work.path}/deep/in`, noProgress, never).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('H27 an archive that was made to harm', () => {
  it('cannot write outside by a name that leads out', async () => {
    mkdirSync(`${work.path}/root`);
    writeFileSync(`${work.path}/root/aaaaaaaaaaaaa`, 'evil\n');
    const archive = packPlain();
    rename(archive, 'aaaaaaaaaaaaa', '../../escaped');
    expect(await unpackHostile(archive)).toMatchObject({ reason: 'SourceCorrupt' });
    expect(existsSync(`${work.path}/escaped`)).toBe(false);
    expect(existsSync(`${work.path}/deep/escaped`)).toBe(false);
  });

  it('cannot write through a link that has the name of a directory of its own', async () => {
    mkdirSync(`${work.path}/root/way2`, { recursive: true });
    writeFileSync(`${work.path}/root/way2/evil`, 'evil\n');
    symlinkSync(`${work.path}/outside`, `${work.path}/root/way1`);
    const archive = packPlain();
    rename(archive, 'way2', 'way1');
    expect(await unpackHostile(archive)).toMatchObject({ reason: 'SourceCorrupt' });
    expect(existsSync(`${work.path}/outside/evil`)).toBe(false);
  });

  it('cannot write through a link that has the name of a file of its own', async () => {
    mkdirSync(`${work.path}/root`, { recursive: true });
    mkdirSync(`${work.path}/outside`);
    writeFileSync(`${work.path}/root/file2`, 'evil\n');
    symlinkSync(`${work.path}/outside/evil`, `${work.path}/root/file1`);
    const archive = packPlain();
    rename(archive, 'file2', 'file1');
    await unpackHostile(archive);
    expect(existsSync(`${work.path}/outside/evil`)).toBe(false);
  });

  it('is the source that is corrupt, whatever else is wrong with it', async () => {
    const archive = `${work.path}/image.sqsh`;
    writeFileSync(archive, 'no squashfs at all'.repeat(100));
    expect(await unpackHostile(archive)).toMatchObject({ reason: 'SourceCorrupt' });
  });
});
