// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, chmod, copyFile, lchown, mkdir, mkdtemp, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { TEST_HOME, removeTree } from './directory.ts';

const run = promisify(execFile);

/** Raised when what the template holds changes, so that an old one on disk is not used. */
const VERSION = '1';

/** The programs of the little image: links to busybox. */
const APPLETS = ['cat', 'chmod', 'chown', 'cp', 'dd', 'echo', 'env', 'false', 'id', 'kill', 'ln', 'ls', 'mkdir'];
const MORE_APPLETS = [
  'mkfifo',
  'mv',
  'ps',
  'pwd',
  'rm',
  'rmdir',
  'sleep',
  'stat',
  'sync',
  'tee',
  'touch',
  'true',
  'wc',
];

const FILES: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  'etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  'etc/shadow': 'root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n',
  'etc/resolv.conf': 'nameserver 192.0.2.53\n# the own one of the image\n',
  'etc/os-release': 'ID=ims-test\nPRETTY_NAME="IMS test image"\n',
  'boot/vmlinuz': 'a kernel in name only\n'.repeat(1000),
  'boot/initrd': 'an initial ramdisk in name only\n'.repeat(2000),
  'boot/kernel-parameters': 'console=ttyS0 root=live\n',
  'boot/config-6.1.0-test': 'CONFIG_SQUASHFS=y\nCONFIG_SQUASHFS_ZSTD=y\nCONFIG_SQUASHFS_XZ=y\n',
};

/**
 * The path of a small image root that is real enough to be a jail of sshd: a static shell and busybox, accounts,
 * device nodes, a kernel and an initrd in name only. Made once for the machine; copy it, never change it.
 */
export async function imageTemplate(): Promise<string> {
  const path = `${TEST_HOME}/image-template-${digest()}`;
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) await build(path);
  return path;
}

async function build(path: string): Promise<void> {
  await mkdir(TEST_HOME, { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(`${TEST_HOME}/image-draft-`);
  await chmod(draft, 0o755);
  await fill(draft);
  try {
    await rename(draft, path);
  } catch (error) {
    await removeTree(draft);
    // Another test process was faster; its template is the same.
    if ((await readdir(path).catch(() => [])).length === 0) throw error;
  }
}

async function fill(root: string): Promise<void> {
  const directories = ['bin', 'boot', 'dev', 'etc', 'proc', 'sys', 'usr/bin', 'usr/share', 'var/log'];
  for (const name of directories) await mkdir(`${root}/${name}`, { recursive: true, mode: 0o755 });
  await mkdir(`${root}/root`, { mode: 0o700 });
  await mkdir(`${root}/tmp`);
  await chmod(`${root}/tmp`, 0o1777);
  for (const [name, text] of Object.entries(FILES)) await writeFile(`${root}/${name}`, text, { mode: 0o644 });
  await chmod(`${root}/etc/shadow`, 0o600);
  await copyFile('/bin/bash-static', `${root}/bin/bash`);
  await copyFile('/bin/busybox', `${root}/bin/busybox`);
  await symlink('bash', `${root}/bin/sh`);
  for (const applet of [...APPLETS, ...MORE_APPLETS]) await symlink('busybox', `${root}/bin/${applet}`);
  await run('mknod', ['-m', '666', `${root}/dev/null`, 'c', '1', '3']);
  await run('mknod', ['-m', '666', `${root}/dev/zero`, 'c', '1', '5']);
  await lchown(root, 0, 0);
}

function digest(): string {
  const source = JSON.stringify([VERSION, FILES, APPLETS, MORE_APPLETS]);
  return createHash('sha256').update(source).digest('hex').slice(0, 12);
}
