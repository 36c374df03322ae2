// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';

import { eventually, followed, freePort, NODE, onCleanup, temporaryDirectory } from '@ims/testing';

import type { OwnCluster } from '@ims/cluster';

const run = promisify(execFile);

/** A real registry of container images, which this machine and the node know by the same name. */
export interface Registry {
  /** `localhost:PORT`: the one kind of name that containerd takes for a registry without TLS. */
  readonly name: string;
  /** The configuration by which podman does so, too. */
  readonly podmanConfig: string;
}

/** Hands connections of the node's loopback to this machine. */
const FORWARD = `
const { connect, createServer } = require('node:net');
const [host, port] = process.argv.slice(1);
createServer((from) => {
  const to = connect(Number(port), host);
  from.pipe(to).pipe(from);
  for (const end of [from, to]) end.on('error', () => { from.destroy(); to.destroy(); });
}).listen(Number(port), '127.0.0.1');
`;

/** Starts one that ends with the test. */
export async function startRegistry(own: OwnCluster): Promise<Registry> {
  const directory = await temporaryDirectory('registry');
  const port = await freePort();
  await mkdir(`${directory}/images`);
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: `${directory}/images` } },
    http: { addr: `:${String(port)}` },
  };
  await writeFile(`${directory}/registry.yml`, JSON.stringify(config));
  await writeFile(
    `${directory}/registries.conf`,
    `unqualified-search-registries = []\n[[registry]]\nlocation = "localhost:${String(port)}"\ninsecure = true\n`,
  );
  start('docker-registry', ['serve', `${directory}/registry.yml`]);
  // The node is in a network namespace of its own, that of the kubelet.
  const target = String(await own.pid('kubelet'));
  start('nsenter', ['--net', '--target', target, NODE, '--eval', FORWARD, own.hostAddress, String(port)]);
  await eventually(async () => await answers(port));
  onCleanup(async () => await forgetImages(`localhost:${String(port)}`));
  return { name: `localhost:${String(port)}`, podmanConfig: `${directory}/registries.conf` };
}

/** What was built for the registry stays on this machine otherwise. */
async function forgetImages(registry: string): Promise<void> {
  const names = ['images', '--filter', `reference=${registry}/*/*`, '--format', '{{.Repository}}:{{.Tag}}'];
  const { stdout } = await run('podman', names);
  for (const name of stdout.split('\n').filter((line) => line.startsWith(`${registry}/`)))
    await run('podman', ['image', 'rm', name]);
}

function start(program: string, args: readonly string[]): void {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    env: { ...followed(), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: 'ignore',
  });
  const closed = once(child, 'close');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await closed;
  });
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
