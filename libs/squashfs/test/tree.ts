// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, utimesSync } from 'node:fs';
import {
  chmodSync,
  linkSync,
  openSync,
  closeSync,
  ftruncateSync,
  writeSync,
  writeFileSync,
  symlinkSync,
} from 'node:fs';

/** A path of any bytes. */
const join = (directory: Buffer | string, name: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from(directory), Buffer.from('/'), Buffer.from(name)]);

/** Makes a tree with one of everything that an image may hold. */
export function makeTree(root: string): void {
  mkdirSync(root, { mode: 0o755 });
  mkdirSync(`${root}/etc`, { mode: 0o2750 });
  chmodSync(`${root}/etc`, 0o2750);
  mkdirSync(`${root}/tmp`);
  chmodSync(`${root}/tmp`, 0o1777);
  mkdirSync(`${root}/empty`);
  writeFileSync(`${root}/etc/passwd`, 'root:x:0:0\n');
  chownSync(`${root}/etc/passwd`, 0, 42);
  writeFileSync(`${root}/etc/setuid`, randomBytes(300_000));
  chmodSync(`${root}/etc/setuid`, 0o4755);
  writeFileSync(`${root}/etc/other`, '', { mode: 0o600 });
  chownSync(`${root}/etc/other`, 1234, 5678);
  linkSync(`${root}/etc/passwd`, `${root}/hard`);
  symlinkSync('/etc/passwd', `${root}/absolute`);
  symlinkSync('../../../../nowhere', `${root}/dangling`);
  makeSparse(`${root}/sparse`);
  execFileSync('mknod', ['-m', '0660', `${root}/null`, 'c', '1', '3']);
  execFileSync('mknod', ['-m', '0600', `${root}/disk`, 'b', '7', '0']);
  execFileSync('mkfifo', [`${root}/fifo`]);
  execFileSync('setfattr', ['-n', 'user.colour', '-v', 'blue', `${root}/etc/passwd`]);
  execFileSync('setfattr', ['-n', 'trusted.overlay.opaque', '-v', 'y', `${root}/empty`]);
  execFileSync('setfattr', [
    '-n',
    'security.capability',
    '-v',
    '0x0100000200000000000000000000000000000000',
    `${root}/hard`,
  ]);
  for (const name of ODD_NAMES) writeFileSync(join(root, name), name);
  utimesSync(`${root}/etc/passwd`, 1_000_000, 1_000_000);
}

const ODD_NAMES = [
  '-rf',
  'two words',
  'new\nline',
  'back\\slash*?[x]',
  'tab\tand\rreturn',
  'für 漢字',
  '$(reboot)`id`"\'',
  ' [====|] 12 50%',
].map((name) => Buffer.from(name));
ODD_NAMES.push(Buffer.from([0x66, 0xff, 0xfe, 0x80]), Buffer.from('x'.repeat(255)));

function makeSparse(path: string): void {
  const file = openSync(path, 'w');
  writeSync(file, 'begin', 0);
  ftruncateSync(file, 64 * 1024 * 1024);
  writeSync(file, 'end', 64 * 1024 * 1024 - 3);
  closeSync(file);
}

/** All that can be said of a tree, as sorted lines that two equal trees share. */
export function describeTree(root: string): readonly string[] {
  const inodes = new Map<number, string>();
  const lines = walk(Buffer.from(root)).map((path) => {
    const relative = path.subarray(root.length).toString('latin1');
    const stat = lstatSync(path);
    const first = inodes.get(stat.ino) ?? relative;
    inodes.set(stat.ino, first);
    const content = stat.isFile() ? createHash('md5').update(readFileSync(path)).digest('hex') : '';
    const target = stat.isSymbolicLink() ? readlinkSync(path, 'latin1') : '';
    const size = stat.isDirectory() ? 0 : stat.size;
    const time = Math.floor(stat.mtimeMs / 1000);
    const facts = [stat.mode.toString(8), stat.uid, stat.gid, stat.isDirectory() ? 0 : stat.nlink, size, stat.rdev];
    return JSON.stringify([relative, ...facts, time, first, content, target]);
  });
  const attributes = execFileSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '.'], { cwd: root });
  return [...lines, ...attributes.toString('latin1').split('\n\n').sort()];
}

function walk(directory: Buffer): readonly Buffer[] {
  const names = readdirSync(directory, { encoding: 'buffer' }).sort((a, b) => a.compare(b));
  return names.flatMap((name) => {
    const path = join(directory, name);
    return lstatSync(path).isDirectory() ? [path, ...walk(path)] : [path];
  });
}
