// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { spawnProgram, startImageServer, temporaryDirectory, type ImageServer, type Program } from '@ims/testing';

const run = promisify(execFile);

export const JOB = '5f1c3a8e-0f57-4b5e-9d8a-2a7b1c9e4d10';

/** What signs the address of a test, and must turn up nowhere. */
export const SIGNATURE = 'f00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeedf00dfeed';

/** An image, a server that offers it, and a volume to prepare. */
export interface PrepareBench {
  readonly source: string;
  readonly archive: string;
  readonly content: Buffer;
  readonly md5: string;
  readonly server: ImageServer;
  readonly volume: string;
  /** The presigned address of the image, by another server when one is named. */
  url(origin?: string): string;
  start(url?: string, env?: Readonly<Record<string, string>>): Program;
  /** Runs to its end; gives the exit code. */
  run(url?: string, env?: Readonly<Record<string, string>>): Promise<number | null>;
  /** Names, kinds, modes, owners, sizes and link targets of a tree, and the md5 of each file. */
  listing(directory: string): Promise<string>;
}

export async function createPrepareBench(options: { volume?: string } = {}): Promise<PrepareBench> {
  const home = await temporaryDirectory('prepare-source');
  const volume = options.volume ?? (await temporaryDirectory('prepare'));
  const source = `${home}/root`;
  await plant(source);
  const archive = `${home}/image.sqsh`;
  await run('mksquashfs', [source, archive, '-noappend', '-quiet', '-no-progress', '-comp', 'gzip']);
  const content = await readFile(archive);
  const md5 = createHash('md5').update(content).digest('hex');
  const server = await startImageServer({ content });
  const url = (origin = server.origin): string =>
    `${origin}/boot-images/id/rootfs?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAEXAMPLE&X-Amz-Signature=${SIGNATURE}`;
  const start: PrepareBench['start'] = (address = url(), env = {}) =>
    spawnProgram({
      app: 'agent',
      args: ['prepare', volume, address],
      env: { IMS_JOB_ID: JOB, DOWNLOAD_MD5SUM: md5, IMS_TERMINATION_LOG: `${home}/none`, ...env },
    });
  return {
    source,
    archive,
    content,
    md5,
    server,
    volume,
    url,
    start,
    run: async (address, env) => (await start(address, env).ended).code,
    listing: async (directory) => {
      const find = await run('find', ['.', '-printf', '%p %y %m %U:%G %s %l\\n'], { cwd: directory });
      const sums = await run('find', ['.', '-type', 'f', '-exec', 'md5sum', '{}', '+'], { cwd: directory });
      const lines = find.stdout.split('\n').map((line) => line.replace(/^(\S+ d \S+ \S+) \d+/, '$1'));
      return [...lines, ...sums.stdout.split('\n')].toSorted().join('\n');
    },
  };
}

/** Everything that lies in a directory, names and contents, as text. */
export async function everythingIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => await readFile(`${entry.parentPath}/${entry.name}`, 'latin1').catch(() => '')),
  );
  return [...entries.map(({ name }) => name), ...texts].join('\n');
}

async function plant(root: string): Promise<void> {
  await mkdir(`${root}/etc`, { recursive: true });
  await mkdir(`${root}/boot`);
  await writeFile(`${root}/etc/os-release`, 'ID=test\n');
  await writeFile(`${root}/etc/shadow`, 'root:*:\n', { mode: 0o600 });
  await run('chown', ['12:34', `${root}/etc/shadow`]);
  await writeFile(`${root}/boot/vmlinuz`, randomBytes(1_500_000));
  await symlink('/etc/os-release', `${root}/etc/release`);
  await mkdir(`${root}/tmp`);
  await run('chmod', ['1777', `${root}/tmp`]);
}
