// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { arch } from 'node:os';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import { unpackDebian } from '../debian.ts';

/** With these the root of the demonstration boots by itself, up to a login by ssh. */
const BOOTS = ['systemd-sysv', 'udev', 'dbus', 'kmod', 'login', 'ifupdown', 'isc-dhcp-client'];
const SERVES = ['openssh-server', 'chrony', 'cron', 'rsyslog'];

/** The root of the demonstration, with what a node runs. */
export async function makeSmallRoot(root: string): Promise<void> {
  await unpackDebian(root, [...BOOTS, ...SERVES]);
}

const TRIPLET = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const;

/** The same with the programs and libraries of this machine's `/usr` beside it. */
export async function makeLargeRoot(root: string): Promise<void> {
  await makeSmallRoot(root);
  const copies = `${root}/srv/usr`;
  await mkdir(copies, { recursive: true });
  const directories = ['bin', 'sbin', 'libexec', `lib/${TRIPLET[arch() as keyof typeof TRIPLET]}`];
  await promisify(execFile)('cp', ['-a', ...directories.map((name) => `/usr/${name}`), copies]);
}
