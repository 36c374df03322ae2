// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';

import { createSshKey, eventually, freePort, onCleanup, temporaryDirectory, type SshKey } from '@ims/testing';

/** A real sshd on loopback whose `/tmp` and `/mnt` are its own. */
export interface Shell {
  readonly port: number;
  /** As the annotation has it. */
  readonly hostKey: string;
  readonly user: SshKey;
  /** Where a path of the shell lies for the test. */
  readonly seen: (path: string) => string;
}

/** Starts it as a shell with or without a jail has its files. */
export async function startShell(jailed: boolean): Promise<Shell> {
  const directory = await temporaryDirectory();
  const [host, user, port] = [await createSshKey(directory, 'host'), await createSshKey(directory), await freePort()];
  const settings = {
    ...{ Port: String(port), ListenAddress: '127.0.0.1', HostKey: host.path, PidFile: 'none' },
    ...{ AuthorizedKeysFile: `${user.path}.pub`, StrictModes: 'no', UsePAM: 'no', PermitRootLogin: 'yes' },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(`${directory}/sshd_config`, lines.join(''));
  const own = 'mkdir -p /run/sshd; mount -t tmpfs none /tmp; mount -t tmpfs none /mnt';
  const outside = jailed ? 'true' : 'mkdir -p /mnt/image/.ims';
  const script = `${own}; ${outside}; exec /usr/sbin/sshd -D -e -f ${directory}/sshd_config`;
  const sshd = spawn('unshare', ['--mount', 'sh', '-c', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(sshd, 'exit');
  onCleanup(async () => {
    sshd.kill('SIGTERM');
    await ended;
  });
  let said = '';
  sshd.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually(() => said.includes('Server listening') || undefined);
  const [type = '', blob = ''] = host.publicKey.split(' ');
  const seen = (path: string): string => `/proc/${String(sshd.pid)}/root${path}`;
  await access(seen('/tmp'));
  return { port, hostKey: `${type} ${blob}`, user, seen };
}
