// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, stat, symlink } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';

import { Failure, type Command, type Runner } from '@ims/runtime';
import { createPacker, readSuperblock, unpack } from '../src/index.ts';
import { describeTree, makeTree } from './tree.ts';
import { freeSpace, never, noProgress, pack, packerOptions, recordingLogger, runner, useWork } from './work.ts';
import { silentLogger } from '@ims/runtime';

const work = useWork();
beforeEach(async () => {
  await mkdir(`${work.path}/private`);
});

const unpacked = async (archive = `${work.path}/private/rootfs.sqsh`, directory = `${work.path}/out`) => {
  await unpack({ runner, logger: silentLogger, archive, directory, signal: never });
  return directory;
};

/** A runner that runs another program in the place of mksquashfs. */
const instead = (change: (command: Command) => Partial<Command>): Runner => ({
  run: async (command) => await runner.run({ ...command, ...change(command) }),
});

describe('what is packed', () => {
  it('comes out again as it went in: owners, modes, attributes, links, devices, holes, any name', async () => {
    makeTree(`${work.path}/root`);
    const packed = await pack(work.path);
    expect(describeTree(await unpacked())).toEqual(describeTree(`${work.path}/root`));
    expect(packed.inputSize).toBe(4711);
    const sha256 = createHash('sha256')
      .update(readFileSync(`${work.path}/private/rootfs.sqsh`))
      .digest('hex');
    expect(packed.sums?.sha256).toBe(sha256);
    expect(packed.compression).toBe('zstd level 9, 128 KiB blocks: the kernel says so');
    expect(packed.size).toBe((await stat(`${work.path}/private/rootfs.sqsh`)).size);
    expect((await stat(`${work.path}/out/sparse`)).blocks).toBeLessThan(8192);
  });

  it.each(['zstd', 'gzip', 'xz', 'lz4'] as const)('is compressed with %s when that is asked for', async (name) => {
    makeTree(`${work.path}/root`);
    await pack(work.path, { compression: { name, blockSize: 128 * 1024 } });
    expect((await readSuperblock(`${work.path}/private/rootfs.sqsh`)).compression).toBe(name);
    expect(describeTree(await unpacked())).toEqual(describeTree(`${work.path}/root`));
  });

  it('is compressed with gzip as ever when the kernel cannot read zstd', async () => {
    makeTree(`${work.path}/root`);
    const kernel = async () => ({ readsZstd: false, why: 'CONFIG_SQUASHFS_ZSTD is not set' });
    const { compression } = await pack(work.path, { kernel });
    expect(compression).toBe('gzip, 128 KiB blocks: CONFIG_SQUASHFS_ZSTD is not set');
    expect(await readSuperblock(`${work.path}/private/rootfs.sqsh`)).toMatchObject({
      compression: 'gzip',
      blockSize: 131072,
    });
  });

  it('is the directory behind a link, and an image root that is gone is said', async () => {
    makeTree(`${work.path}/real`);
    await symlink('real', `${work.path}/root`);
    await pack(work.path);
    expect(describeTree(await unpacked())).toEqual(describeTree(`${work.path}/real`));
    await expect(pack(work.path, { imageRoot: `${work.path}/gone` })).rejects.toMatchObject({
      reason: 'PackingFailed',
      message: `the image root ${work.path}/gone is gone`,
    });
  });

  it('is reported by what has been read of it, each step once and the end at the end', async () => {
    mkdirSync(`${work.path}/root`);
    const size = 40 * 1024 * 1024;
    writeFileSync(`${work.path}/root/big`, randomBytes(size));
    const [go, seen]: [string, number[]] = [`${work.path}/go`, []];
    // It has read a part of what there is and does nothing more before that was told.
    const slow = `head -c ${String(size / 2)} "$1/big" > /dev/null; until [ -e ${go} ]; do sleep 0.02; done; exec mksquashfs "$@"`;
    const late = instead(({ args }) => ({ program: 'sh', args: ['-c', slow, 'sh', ...args] }));
    const options = { ...packerOptions(work.path), usage: async () => size, runner: late, tickMs: 20 };
    await createPacker(options).pack((done, total) => {
      seen.push(done);
      expect(total).toBe(size);
      if (done >= size / 2) writeFileSync(go, '');
    }, never);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.slice(0, -1).every((done) => done < size)).toBe(true);
    expect(seen.at(-1)).toBe(size);
    expect([...new Set(seen)].sort((one, other) => one - other)).toEqual(seen);
  });

  it('is packed as ever when its size cannot be told before the end', async () => {
    makeTree(`${work.path}/root`);
    const ended: (() => void)[] = [];
    const whenEnded = new Promise<number>((resolve) => {
      ended.push(() => {
        resolve(4711);
      });
    });
    const told: [number, number][] = [];
    const observed: Runner = {
      run: async (command) => {
        const outcome = await runner.run(command);
        ended.forEach((end) => {
          end();
        });
        return outcome;
      },
    };
    const options = { ...packerOptions(work.path), runner: observed, usage: async () => await whenEnded };
    await createPacker(options).pack((done, total) => told.push([done, total]), never);
    expect(told.at(-1)).toEqual([4711, 4711]);
  });

  it('H18 existing output is replaced, never appended to, and leftovers of a killed run are gone', async () => {
    makeTree(`${work.path}/root`);
    await pack(work.path);
    writeFileSync(`${work.path}/private/rootfs.sqsh.partial`, 'torn');
    const first = readFileSync(`${work.path}/private/rootfs.sqsh`);
    execFileSync('rm', ['-r', `${work.path}/root/etc`]);
    await pack(work.path);
    expect(readFileSync(`${work.path}/private/rootfs.sqsh`).length).toBeLessThan(first.length);
    expect(describeTree(await unpacked())).toEqual(describeTree(`${work.path}/root`));
    expect(readdirSync(`${work.path}/private`)).toEqual(['rootfs.sqsh']);
    writeFileSync(`${work.path}/private/rootfs.sqsh`, 'no squashfs at all');
    await pack(work.path);
    expect((await readSuperblock(`${work.path}/private/rootfs.sqsh`)).compression).toBe('zstd');
  });
});

describe('an archive whose sums cannot be taken', () => {
  it('H20 fails the packing as it failed, and leaves no half archive', async () => {
    makeTree(`${work.path}/root`);
    const sums = () => Promise.reject(new Failure('VerificationFailed', 'somebody writes to it'));
    await expect(pack(work.path, { sums })).rejects.toMatchObject({ reason: 'VerificationFailed' });
    expect(readdirSync(`${work.path}/private`)).not.toContain('rootfs.sqsh.partial');
  });
});

describe('what is mounted below the image root', () => {
  it('H26 proc, sys, dev and binds are never packed, the mount points are, whatever they are called', async () => {
    makeTree(`${work.path}/root`);
    const names = [
      'proc',
      'sys',
      'dev',
      'a*b',
      'sp ace',
      'br[x]k',
      'back\\slash',
      '... dots',
      'line\nnew',
      '.hid',
      'ü',
    ];
    for (const name of names) mkdirSync(`${work.path}/root/${name}`);
    mkdirSync(`${work.path}/root/axb`);
    writeFileSync(`${work.path}/root/axb/kept`, 'mine');
    const bare = describeTree(`${work.path}/root`).filter(
      (line) => !line.startsWith('["/etc/passwd') && !line.startsWith('["/hard'),
    );
    const [proc = '', sys = '', dev = '', ...others] = names.map((name) => `${work.path}/root/${name}`);
    work.mount('-t', 'proc', 'proc', proc);
    work.mount('-t', 'sysfs', 'sys', sys);
    work.mount('-t', 'devtmpfs', 'dev', dev);
    for (const other of others) {
      work.mount('-t', 'tmpfs', 'none', other);
      mkdirSync(`${other}/deep`);
      writeFileSync(`${other}/deep/secret`, '');
      writeFileSync(`${other}/.hidden`, '');
    }
    mkdirSync(`${work.path}/elsewhere`);
    writeFileSync(`${work.path}/elsewhere/secret`, '');
    work.mount('--bind', `${work.path}/elsewhere`, `${work.path}/root/empty`);
    work.mount('--bind', '/proc/self/mem', `${work.path}/root/etc/passwd`);
    const logger = recordingLogger();
    await pack(work.path, { logger });
    const out = await unpacked();
    const paths = (lines: readonly string[]) =>
      lines.filter((line) => line.startsWith('[')).map((line) => (JSON.parse(line) as string[])[0]);
    expect(paths(describeTree(out))).toEqual([...paths(bare), '/hard'].sort());
    expect(readFileSync(`${out}/axb/kept`, 'utf8')).toBe('mine');
    expect(logger.lines.join('\n')).toContain('warn: leaves out what is mounted on /proc of the image (proc)');
  });

  it('H26 a root that is a mount itself is packed, with what a hidden mount no longer covers', async () => {
    makeTree(`${work.path}/root`);
    writeFileSync(`${work.path}/root/empty/kept`, 'mine');
    work.mount('-t', 'tmpfs', 'none', `${work.path}/root/empty`);
    work.mount('--bind', `${work.path}/root`, `${work.path}/root`);
    await pack(work.path);
    expect(readFileSync(`${await unpacked()}/empty/kept`, 'utf8')).toBe('mine');
  });

  it('H26 something mounted while it packs fails the packing', async () => {
    makeTree(`${work.path}/root`);
    const late: Runner = {
      run: async (command) => {
        const outcome = await runner.run(command);
        work.mount('-t', 'tmpfs', 'none', `${work.path}/root/empty`);
        return outcome;
      },
    };
    await expect(pack(work.path, { runner: late })).rejects.toMatchObject({
      reason: 'PackingFailed',
      message: 'tmpfs was mounted on /empty of the image while it was packed',
    });
    expect(readdirSync(`${work.path}/private`)).toEqual([]);
  });

  it('keeps every file of an overlay, whose files bear other device numbers than their directories', async () => {
    for (const layer of ['lower', 'upper', 'workdir', 'root']) mkdirSync(`${work.path}/${layer}`);
    work.mount('-t', 'tmpfs', 'none', `${work.path}/lower`);
    writeFileSync(`${work.path}/lower/below`, 'kept');
    mkdirSync(`${work.path}/lower/directory`);
    writeFileSync(`${work.path}/lower/directory/below`, 'kept');
    const layers = `lowerdir=${work.path}/lower,upperdir=${work.path}/upper,workdir=${work.path}/workdir,xino=off`;
    work.mount('-t', 'overlay', 'none', '-o', layers, `${work.path}/root`);
    writeFileSync(`${work.path}/root/above`, 'kept');
    await pack(work.path);
    const out = await unpacked();
    for (const name of ['above', 'below', 'directory/below'])
      expect(readFileSync(`${out}/${name}`, 'utf8')).toBe('kept');
  });
});

describe('H16 a disk that fills up', () => {
  const makeSmallDisk = (options: string): void => {
    mkdirSync(`${work.path}/root`);
    writeFileSync(`${work.path}/root/big`, randomBytes(24 * 1024 * 1024));
    work.mount('-t', 'tmpfs', '-o', options, 'none', `${work.path}/private`);
  };
  const expectNothingLeft = (): void => {
    expect(readdirSync(`${work.path}/private`)).toEqual([]);
    expect(readFileSync(`${work.path}/root/big`).length).toBe(24 * 1024 * 1024);
  };

  it('H16 stops before the last bytes are gone, says what is left and takes the partial file away', async () => {
    makeSmallDisk('size=32m');
    // It stays until it is stopped, so that the watch and not the speed of this machine decides.
    const lingering = instead(({ args }) => ({
      program: 'sh',
      args: ['-c', 'mksquashfs "$@"; sleep 60', 'sh', ...args],
    }));
    const margin = { bytes: 16 * 1024 * 1024, inodes: 1 };
    await expect(pack(work.path, { runner: lingering, tickMs: 1, margin })).rejects.toMatchObject({
      reason: 'NoSpace',
      message: expect.stringMatching(
        /^packing was stopped: .*private has [\d.]+ MiB and \d+ inodes left, 16.0 MiB/,
      ) as string,
    });
    expectNothingLeft();
  });

  it('H16 a disk without inodes is refused before anything is written', async () => {
    makeSmallDisk('size=64m,nr_inodes=4');
    await expect(pack(work.path)).rejects.toMatchObject({ reason: 'NoSpace' });
    expectNothingLeft();
  });

  it('H16 mksquashfs meeting the end of the disk first is the same error', async () => {
    makeSmallDisk('size=4m');
    const blind = async () => ({ bytes: Number.MAX_SAFE_INTEGER });
    await expect(pack(work.path, { freeSpace: blind })).rejects.toMatchObject({
      reason: 'NoSpace',
      message: expect.stringContaining('No space left on device') as string,
    });
    expectNothingLeft();
  });

  it('H16 a watch that cannot look is said and does not end the packing', async () => {
    makeTree(`${work.path}/root`);
    const logger = recordingLogger();
    await pack(work.path, { logger, freeSpace: async () => await freeSpace('/nowhere/at/all') });
    expect(logger.lines).toContainEqual(expect.stringContaining('warn: cannot watch the free space'));
  });
});

describe('mksquashfs that does not do its work', () => {
  const asNobody = instead(({ args }) => ({
    program: 'setpriv',
    args: ['--reuid=65534', '--clear-groups', 'mksquashfs', ...args],
  }));

  it.each([
    ['file', 'etc/other'],
    ['directory', 'closed'],
  ])('a %s that it cannot read fails the job by name instead of being dropped', async (_, name) => {
    makeTree(`${work.path}/root`);
    mkdirSync(`${work.path}/root/closed`, { mode: 0o700 });
    execFileSync('chmod', ['0777', work.path, `${work.path}/private`]);
    execFileSync('chmod', ['-R', 'a+rX', `${work.path}/root`]);
    execFileSync('chmod', ['0', `${work.path}/root/${name}`]);
    await expect(pack(work.path, { runner: asNobody })).rejects.toMatchObject({
      reason: 'PackingFailed',
      message: expect.stringContaining(`${work.path}/root/${name}`) as string,
    });
    expect(readdirSync(`${work.path}/private`)).toEqual([]);
  });

  it('an access list, which squashfs cannot hold, is said', async () => {
    makeTree(`${work.path}/root`);
    execFileSync('setfacl', ['-m', 'u:1234:r', `${work.path}/root/etc/setuid`]);
    const logger = recordingLogger();
    await pack(work.path, { logger });
    expect(logger.lines).toContain('warn: mksquashfs says: Unrecognised xattr prefix system.posix_acl_access');
  });

  it.each([
    ['is not installed', 'not installed', { program: '/nowhere/mksquashfs' }],
    ['was killed', 'ended by SIGKILL', { program: 'sh', args: ['-c', 'kill -9 $$'] }],
    ['fails in silence', 'ended with code 3 while packing', { program: 'sh', args: ['-c', 'exit 3'] }],
    ['claims success', 'made no readable archive', { program: 'true', args: [] }],
  ])('one that %s fails the packing, and the old archive stays', async (_, message, command) => {
    makeTree(`${work.path}/root`);
    writeFileSync(`${work.path}/private/rootfs.sqsh`, 'old');
    await expect(pack(work.path, { runner: instead(() => command) })).rejects.toMatchObject({
      reason: 'PackingFailed',
      message: expect.stringContaining(message) as string,
    });
    expect(readdirSync(`${work.path}/private`)).toEqual(['rootfs.sqsh']);
  });

  it('an archive that is cut short is never given its name', async () => {
    makeTree(`${work.path}/root`);
    const cutting: Runner = {
      run: async (command) => {
        const outcome = await runner.run(command);
        execFileSync('truncate', ['-s', '-8192', command.args[1] ?? '']);
        return outcome;
      },
    };
    await expect(pack(work.path, { runner: cutting })).rejects.toMatchObject({
      reason: 'PackingFailed',
      message: expect.stringContaining('is cut short') as string,
    });
    expect(readdirSync(`${work.path}/private`)).toEqual([]);
  });

  it('an interrupted one leaves nothing, and rejects with why it was interrupted', async () => {
    makeTree(`${work.path}/root`);
    const stop = new AbortController();
    const slow: Runner = {
      run: async (command) => {
        const running = runner.run({
          ...command,
          program: 'sh',
          args: ['-c', `echo > '${command.args[1] ?? ''}'; exec sleep 60`],
        });
        while (!existsSync(command.args[1] ?? '')) await new Promise((resolve) => setImmediate(resolve));
        stop.abort(new Failure('Interrupted', 'SIGTERM'));
        return await running;
      },
    };
    await expect(pack(work.path, { runner: slow }, stop.signal)).rejects.toMatchObject({ reason: 'Interrupted' });
    expect(readdirSync(`${work.path}/private`)).toEqual([]);
  });

  it('counting that fails does so only when mksquashfs has ended', async () => {
    makeTree(`${work.path}/root`);
    const usage = async () => await Promise.reject(new Failure('Defect', 'cannot count'));
    await expect(pack(work.path, { usage })).rejects.toThrow('cannot count');
  });
});

describe('unpack', () => {
  it.each([
    ['is no squashfs archive', 'plain text, long enough to be read as a superblock '.repeat(4)],
    ['is no squashfs archive', ''],
  ])('refuses a file that %s', async (message, content) => {
    writeFileSync(`${work.path}/file`, content);
    await expect(unpacked(`${work.path}/file`)).rejects.toMatchObject({
      reason: 'ConfigurationInvalid',
      message: `${work.path}/file ${message}`,
    });
    expect(existsSync(`${work.path}/out`)).toBe(false);
  });

  it('refuses an archive that is cut short, damaged or absent', async () => {
    makeTree(`${work.path}/root`);
    await pack(work.path);
    const bytes = readFileSync(`${work.path}/private/rootfs.sqsh`);
    writeFileSync(`${work.path}/short`, bytes.subarray(0, 4096));
    await expect(unpacked(`${work.path}/short`)).rejects.toThrow('is cut short: it has 4096 bytes of');
    writeFileSync(`${work.path}/damaged`, Buffer.concat([bytes.subarray(0, 96), Buffer.alloc(bytes.length - 96, 7)]));
    await expect(unpacked(`${work.path}/damaged`)).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    await expect(unpacked(`${work.path}/absent`)).rejects.toThrow(`cannot open ${work.path}/absent`);
  });

  it('unpacks over nothing that is there', async () => {
    mkdirSync(`${work.path}/root`);
    writeFileSync(`${work.path}/root/file`, 'of the image\n');
    await createPacker(packerOptions(work.path)).pack(noProgress, never);
    mkdirSync(`${work.path}/out`);
    writeFileSync(`${work.path}/out/file`, 'precious\n');
    await expect(unpacked()).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
    expect(readFileSync(`${work.path}/out/file`, 'utf8')).toBe('precious\n');
  });

  it('says that the disk is full, and reports how far it is', async () => {
    mkdirSync(`${work.path}/root`);
    writeFileSync(`${work.path}/root/big`, randomBytes(24 * 1024 * 1024));
    await createPacker(packerOptions(work.path)).pack(noProgress, never);
    const archive = `${work.path}/private/rootfs.sqsh`;
    const seen: number[] = [];
    const onProgress = (done: number, total: number) => seen.push(done / total);
    const ok = await unpack({
      runner,
      logger: silentLogger,
      archive,
      directory: `${work.path}/out`,
      signal: never,
      onProgress,
    });
    expect(ok).toMatchObject({ inodes: 2, compression: 'zstd' });
    expect(seen.at(-1)).toBe(1);
    mkdirSync(`${work.path}/small`);
    work.mount('-t', 'tmpfs', '-o', 'size=4m', 'none', `${work.path}/small`);
    await expect(unpacked(archive, `${work.path}/small/root`)).rejects.toMatchObject({ reason: 'NoSpace' });
  });
});
