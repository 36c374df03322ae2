// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Certificates } from './certificates.ts';
import { onCleanup } from './cleanup.ts';
import { temporaryDirectory } from './directory.ts';
import { eventually } from './eventually.ts';
import { freePort } from './ports.ts';
import { isRunning, listensOn } from './processes.ts';
import { followed, NODE, SOURCE_TREE } from './program.ts';

/** How a store is to be. */
export interface ObjectStoreOptions {
  /** Where the bytes are; a temporary directory when left out. Give the one of a stopped store to start it again. */
  readonly directory?: string;
  /** A port of {@link freePort} that the test has already: a store that comes back has to come back there. */
  readonly port?: number;
  readonly bucket?: string;
  /**
   * Outside of `directory`, and there already: where files hold what is known of objects. For objects of hundreds of
   * parts, whose checksums do not fit into the attributes of their own files.
   */
  readonly metadata?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Speaks TLS with this certificate. */
  readonly tls?: Pick<Certificates, 'caFile' | 'certFile' | 'keyFile'>;
}

/** A real S3 server that runs. */
export interface ObjectStore extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, or https. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Its authority, when it speaks TLS. */
  readonly caFile: string | undefined;
  /** An object is the file `<directory>/<bucket>/<key>`; unfinished uploads are below `<bucket>/.sgwtmp`. */
  readonly directory: string;
  /** What the server wrote on both its outputs. */
  readonly said: string;
  stop(): Promise<void>;
}

const REGION = 'us-east-1';
const ATTEMPTS = 5;

/**
 * Starts a real S3 server with an empty bucket, ready when this resolves. {@link cleanUp} stops it, and it ends with
 * this process whatever happens.
 */
export async function startObjectStore(options: ObjectStoreOptions = {}): Promise<ObjectStore> {
  const [program, settings] = await Promise.all([findServer(), settle(options)]);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const store = launch(program, settings, port);
    if (await isReady(store)) return store;
    await store.stop();
    // Another program may have taken the port since it was found free; nothing else gets better by itself.
    if (attempt === ATTEMPTS || !store.said.includes('address already in use')) {
      throw new Error(`the S3 server did not start: ${store.said}`);
    }
  }
}

let found: Promise<string> | undefined;

/** Looked for once: Go is asked for its version. */
async function findServer(): Promise<string> {
  found ??= promisify(execFile)(NODE, [`${SOURCE_TREE}/tools/object-store/main.mjs`, '--find']).then(({ stdout }) =>
    stdout.trim(),
  );
  return await found;
}

type Settings = Required<Omit<ObjectStoreOptions, 'tls' | 'port' | 'metadata'>> &
  Pick<ObjectStoreOptions, 'tls' | 'metadata'>;

async function settle(options: ObjectStoreOptions): Promise<Settings> {
  const settings = {
    directory: options.directory ?? (await temporaryDirectory('store')),
    bucket: options.bucket ?? 'boot-images',
    accessKey: options.accessKey ?? `access-${randomBytes(6).toString('hex')}`,
    secretKey: options.secretKey ?? `secret-${randomBytes(18).toString('hex')}`,
  };
  // A bucket of this server is a directory.
  await mkdir(`${settings.directory}/${settings.bucket}`, { recursive: true });
  const { tls, metadata } = options;
  return { ...settings, ...(tls === undefined ? {} : { tls }), ...(metadata === undefined ? {} : { metadata }) };
}

function launch(program: string, settings: Settings, port: number): ObjectStore {
  const { tls, directory, bucket, accessKey, secretKey } = settings;
  const certificate = tls === undefined ? [] : ['--cert', tls.certFile, '--key', tls.keyFile];
  const address = ['--port', `127.0.0.1:${String(port)}`, '--region', REGION, '--keep-alive'];
  // The kernel ends the server with this process, also when this one is killed.
  const backend = ['posix', ...(settings.metadata === undefined ? [] : ['--sidecar', settings.metadata]), directory];
  const args = ['--pdeathsig', 'KILL', program, ...address, ...certificate, ...backend];
  const child = spawn('setpriv', args, {
    env: { ...followed(), PATH: '/usr/bin:/bin', ROOT_ACCESS_KEY_ID: accessKey, ROOT_SECRET_ACCESS_KEY: secretKey },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = outputOf(child);
  const ended = once(child, 'close');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onCleanup(stop);
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(port)}`,
    port,
    pid: child.pid ?? 0,
    region: REGION,
    bucket,
    accessKey,
    secretKey,
    caFile: tls?.caFile,
    directory,
    get said() {
      return output();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function outputOf({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

/** False when the server has ended instead. */
async function isReady({ pid, port }: ObjectStore): Promise<boolean> {
  const state = await eventually(async () => {
    if (!(await isRunning(pid))) return 'ended';
    return (await listensOn(pid, port)) && 'ready';
  });
  return state === 'ready';
}
