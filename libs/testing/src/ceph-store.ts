// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { cephConfig } from './ceph-config.ts';
import { onCleanup } from './cleanup.ts';
import { temporaryDirectory } from './directory.ts';
import { eventually } from './eventually.ts';
import { freePort } from './ports.ts';
import { followed, NODE, SOURCE_TREE } from './program.ts';

/** A user of the store. */
export interface CephUser {
  readonly name: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A real Ceph with its S3 gateway, as HPE sites have it, on loopback. */
export interface CephStore extends CephUser {
  readonly endpoint: string;
  readonly region: string;
  /** `radosgw-admin`. */
  admin(...args: string[]): Promise<string>;
  addUser(name: string): Promise<CephUser>;
}

const run = promisify(execFile);
const ADMIN = ['-n', 'client.rgw'];

/** Where the programs of Ceph are, or why they cannot be had, in a sentence. */
export async function findCeph(): Promise<{ readonly root: string } | { readonly why: string }> {
  try {
    const { stdout } = await run(NODE, [`${SOURCE_TREE}/tools/object-store/rgw.mjs`]);
    return { root: stdout.trim() };
  } catch (error) {
    const said: unknown = error instanceof Error ? Reflect.get(error, 'stderr') : undefined;
    return { why: typeof said === 'string' && said !== '' ? said.trim() : String(error) };
  }
}

/** Starts a monitor, one disk in memory and the gateway; they end with this process, whatever happens. */
export async function startCephStore(root: string): Promise<CephStore> {
  const directory = await temporaryDirectory('ceph');
  const [monitorPort, port] = [await freePort(), await freePort()];
  for (const each of ['mon', 'osd', 'rgw', 'run', 'log']) await mkdir(`${directory}/${each}`);
  const fsid = randomUUID();
  const config = `${directory}/ceph.conf`;
  await writeFile(config, cephConfig({ root, directory, fsid, monitorPort, port }));
  const libraries = `${root}/usr/lib/x86_64-linux-gnu`;
  const env = {
    ...followed(),
    PATH: `${root}/usr/bin:/usr/bin:/bin`,
    LD_LIBRARY_PATH: `${libraries}:${libraries}/ceph:${root}/lib/x86_64-linux-gnu`,
    PYTHONPATH: `${root}/usr/lib/python3/dist-packages`,
    CEPH_CONF: config,
  };
  const tool = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, args, { env, maxBuffer: 16 * 1024 * 1024 })).stdout;
  const start = (program: string, ...args: string[]): void => {
    // The kernel ends it with this process, also when this one is killed.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, '-f', '-c', config, ...args], {
      env,
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    onCleanup(async () => {
      child.kill('SIGKILL');
      await ended;
    });
  };
  const map = `${directory}/monmap`;
  await tool('monmaptool', '--create', '--addv', 'a', `[v1:127.0.0.1:${String(monitorPort)}]`, '--fsid', fsid, map);
  await tool('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', map);
  start('ceph-mon', '-i', 'a');
  const disk = randomUUID();
  const ceph = async (...args: string[]): Promise<string> =>
    await tool('/usr/bin/python3', `${root}/usr/bin/ceph`, '-c', config, ...args);
  await ceph('osd', 'new', disk);
  await ceph('osd', 'crush', 'add', 'osd.0', '1.0', 'host=h', 'root=default');
  const making = ['--mkfs', '--osd-uuid', disk, '--fsid', fsid, '--monmap', map];
  await tool('ceph-osd', '-c', config, '-i', '0', ...making);
  start('ceph-osd', '-i', '0');
  start('radosgw', ...ADMIN);
  const endpoint = `http://127.0.0.1:${String(port)}`;
  await eventually(
    async () =>
      await fetch(endpoint).then(
        () => true,
        () => false,
      ),
  );
  const admin = async (...args: string[]): Promise<string> => await tool('radosgw-admin', ...ADMIN, ...args);
  const addUser = async (name: string): Promise<CephUser> => {
    const [accessKey, secretKey] = [
      `ACCESS${randomBytes(7).toString('hex').toUpperCase()}`,
      randomBytes(20).toString('hex'),
    ];
    await admin(
      'user',
      'create',
      '--uid',
      name,
      '--display-name',
      name,
      '--access-key',
      accessKey,
      '--secret-key',
      secretKey,
    );
    return { name, accessKey, secretKey };
  };
  return { ...(await addUser('owner')), endpoint, region: 'us-east-1', admin, addUser };
}
