// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile, readlink } from 'node:fs/promises';

/** As the kernel writes it. */
const LISTENING = '0A';

/** The TCP ports on which a process listens. */
export async function listeningPorts(pid: number): Promise<number[]> {
  const fds = `/proc/${String(pid)}/fd`;
  // One may be closed meanwhile.
  const links = await Promise.all(
    (await readdir(fds)).map(async (fd) => await readlink(`${fds}/${fd}`).catch(() => '')),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = ['tcp', 'tcp6'].map(async (name) => await readFile(`/proc/${String(pid)}/net/${name}`, 'utf8'));
  const rows = (await Promise.all(tables)).flatMap((table) => table.trim().split('\n').slice(1));
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    return state === LISTENING && inodes.has(inode) ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : [];
  });
}
