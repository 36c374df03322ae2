// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Volume } from '@ims/testing';

const run = promisify(execFile);

/** A capability of a file, as the kernel keeps it. */
const CAPABILITY = '0x0100000200100000000000000000000000000000';

/** What no little jail has a tool for: it is in the image when the shell opens. */
export async function plantAttributes({ imageRoot }: Volume): Promise<void> {
  await mkdir(`${imageRoot}/var/with-attributes`);
  for (const name of ['var/with-attributes', 'var/with-attributes/file']) {
    if (name.endsWith('file')) await writeFile(`${imageRoot}/${name}`, 'with attributes\n');
    await run('setfattr', ['-n', 'user.ims.test', '-v', 'planted', `${imageRoot}/${name}`]);
    await run('setfattr', ['-n', 'trusted.ims.test', '-v', 'planted', `${imageRoot}/${name}`]);
  }
  const file = `${imageRoot}/var/with-attributes/file`;
  await run('setfattr', ['-n', 'security.capability', '-v', CAPABILITY, file]);
}

/**
 * What the user does, as a script for bash and busybox: every kind of entry, owner, mode and name that an image can
 * hold. `$R` is the image root as the shell sees it, empty in a jail.
 */
export const CUSTOMIZING = String.raw`
set -e
b() { "$R/bin/busybox" "$@"; }
b mkdir -p "$R/opt/made" && cd "$R/opt/made"
echo plain > plain
b chown 1234:5678 plain; b chmod 0640 plain
echo x > setuid; b chmod 4755 setuid; echo x > setgid; b chmod 2711 setgid
b mkdir sticky; b chmod 1777 sticky
echo one > first; b ln first second; b mkdir away; b ln first away/third
b ln -s ../../etc/passwd relative; b ln -s /etc/passwd absolute; b ln -s nowhere dangling
b chown -h 77:88 dangling
b mknod character c 4 64; b mknod block b 7 3; b chmod 0600 block
b mkfifo -m 0620 fifo
b truncate -s 8388608 sparse; echo end >> sparse
: > $'new\nline'; : > $'invalid\xff\xfe utf-8'; : > ' leading blank'; : > '-dash'; : > "quote'\"\\"; : > $'tab\tbell\a'
: > 'ä ü 漢字 🎉'
b touch -d '2001-02-03 04:05:06' plain
echo replaced > "$R/etc/os-release"
b rm "$R/usr/share/to-go"
`;

/** The paths that it makes, changes or removes, bytes as latin1. */
export const CUSTOMIZED_PATHS: readonly string[] = [
  'opt',
  ...[
    '',
    '/ leading blank',
    '/-dash',
    '/absolute',
    '/away',
    '/away/third',
    '/block',
    '/character',
    '/dangling',
    '/fifo',
    '/first',
    '/invalid\xff\xfe utf-8',
    '/new\nline',
    '/plain',
    '/quote\'"\\',
    '/relative',
    '/second',
    '/setgid',
    '/setuid',
    '/sparse',
    '/sticky',
    '/tab\tbell\x07',
    `/${Buffer.from('ä ü 漢字 🎉').toString('latin1')}`,
  ].map((name) => `opt/made${name}`),
  'etc/os-release',
  'usr/share/to-go',
].sort();
