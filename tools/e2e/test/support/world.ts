// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import {
  awsCli,
  createCertificates,
  startFakeIms,
  startFaultProxy,
  startObjectStore,
  startTokenServer,
  temporaryDirectory,
  type Certificates,
  type FakeIms,
  type FakeImsOptions,
  type FaultProxy,
  type ObjectStore,
  type TokenServer,
} from '@ims/testing';

import { createJob, type Job, type JobOptions } from './job.ts';
import { pairOf, type Pair, type PairOptions } from './pair.ts';

const run = promisify(execFile);

/** What is different from a world in which all goes well. */
export interface WorldOptions {
  /** Everything speaks TLS with certificates of an authority of its own, which programs of ours are told. */
  readonly tls?: boolean;
  readonly tokenSeconds?: number;
  /** The address of this machine where the programs reach all of it; loopback when left out. */
  readonly host?: string;
  readonly ims?: Pick<FakeImsOptions, 'delayMs' | 'metadata'>;
}

/** An object store, a token server and IMS, each behind a proxy that can make it fail. */
export interface World {
  readonly objects: ObjectStore;
  readonly tokens: TokenServer;
  readonly ims: FakeIms;
  /** What programs of ours talk to instead. */
  readonly proxies: Readonly<Record<'s3' | 'tokens' | 'ims', FaultProxy>>;
  /** All that an agent is told of this world. */
  readonly agentEnv: Readonly<Record<string, string>>;
  /** What must never be seen anywhere: keys and all tokens so far. */
  secrets(): readonly string[];
  /** How many uploads are begun and neither finished nor given up. */
  unfinishedUploads(): Promise<number>;
  /** The keys of the objects that are there, sorted; unfinished uploads are none. */
  keys(): Promise<readonly string[]>;
  /** Makes the volume of a job and its record in IMS. */
  createJob(options?: JobOptions): Promise<Job>;
  /** Starts both programs on a volume of their own; IMS knows the job. */
  startPair(options?: PairOptions): Promise<Pair>;
  /** A URL by which anybody gets an object for so long, through the proxy. */
  presign(key: string, seconds?: number): Promise<string>;
}

/** Bounds that a test can wait for. */
const PATIENCE = {
  IMS_CALL_TIMEOUT: '10',
  IMS_STALL_TIMEOUT: '5',
  IMS_RETRY_TIMEOUT: '60',
  IMS_OUTBOX_TIMEOUT: '60',
};

/** Where the object store keeps what is no object yet. */
const UNFINISHED = '.sgwtmp/';

const CLIENT_ID = 'admin-client';
const CLIENT_SECRET = 'client-secret-that-nobody-may-see';

/** Starts a world that ends with the test. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { host } = options;
  const tls = options.tls === true ? await createCertificates(host) : undefined;
  const [objects, tokens] = await Promise.all([
    startObjectStore(tls === undefined ? {} : { tls }),
    startTokenServer({
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      lifetimeSeconds: options.tokenSeconds ?? 300,
      tls,
    }),
  ]);
  const ims = await startFakeIms({ tokens, s3: objects, tls, ...options.ims });
  const [s3, tokenProxy, imsProxy] = await Promise.all([
    proxyBefore(objects.endpoint, { tls, host }),
    proxyBefore(tokens.url, { tls, host }),
    proxyBefore(ims.url, { tls, host }),
  ]);
  const agentEnv = {
    ...storeEnv(objects, s3.url),
    ...(await imsEnv({ ims: behind(imsProxy, ims.url), tokens: behind(tokenProxy, tokens.url) })),
    ...trustEnv(tls),
    ...PATIENCE,
  };
  const createWorldJob = async (job: JobOptions = {}): Promise<Job> => {
    const made = await createJob({ ...job, agentEnv: { ...agentEnv, ...job.agentEnv } });
    ims.addJob({ id: made.id, job_type: job.action ?? 'customize' });
    return made;
  };
  return {
    objects,
    tokens,
    ims,
    proxies: { s3, tokens: tokenProxy, ims: imsProxy },
    agentEnv,
    secrets: () => [CLIENT_SECRET, objects.secretKey, ...tokens.tokens],
    keys: async () => await keysBelow(`${objects.directory}/${objects.bucket}`),
    unfinishedUploads: async () => await uploadsBelow(`${objects.directory}/${objects.bucket}`),
    createJob: createWorldJob,
    startPair: async (pair = {}) => pairOf(await createWorldJob(pair), pair),
    presign: async (key, seconds = 3600) => {
      const aws = await awsCli({ ...objects, endpoint: s3.url });
      const address = `s3://${objects.bucket}/${key}`;
      return (await aws('s3', 'presign', address, '--expires-in', String(seconds))).trim();
    },
  };
}

async function proxyBefore(
  address: string,
  { tls, host }: { readonly tls: Certificates | undefined; readonly host: string | undefined },
): Promise<FaultProxy> {
  const target = new URL(address).origin;
  return await startFaultProxy(tls === undefined ? { target, host } : { target, host, ca: tls.ca, tls });
}

function behind(proxy: FaultProxy, address: string): string {
  return `${proxy.url}${new URL(address).pathname}`;
}

function storeEnv(objects: ObjectStore, endpoint: string): Record<string, string> {
  return {
    IMS_STORE: `s3://${objects.bucket}`,
    S3_BUCKET: objects.bucket,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY: objects.accessKey,
    S3_SECRET_KEY: objects.secretKey,
  };
}

/** Where IMS is, and the files of a client as they are mounted. */
async function imsEnv(urls: { readonly ims: string; readonly tokens: string }): Promise<Record<string, string>> {
  const directory = await temporaryDirectory('oauth');
  const files = { endpoint: urls.tokens, 'client-id': CLIENT_ID, 'client-secret': CLIENT_SECRET };
  for (const [name, text] of Object.entries(files))
    await writeFile(`${directory}/${name}`, `${text}\n`, { mode: 0o400 });
  return { IMS_URL: urls.ims, OAUTH_CONFIG_DIR: directory };
}

function trustEnv(tls: Certificates | undefined): Record<string, string> {
  return tls === undefined
    ? { OAUTHLIB_INSECURE_TRANSPORT: '1' }
    : { CA_CERT: tls.caFile, S3_SSL_VALIDATE: tls.caFile };
}

async function keysBelow(bucket: string): Promise<readonly string[]> {
  const entries = await readdir(bucket, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(bucket.length + 1))
    .filter((key) => !key.startsWith(UNFINISHED))
    .sort();
}

/**
 * An upload is a directory below that of its key. A part that is still on its way when its upload is given up makes both
 * anew, but without the name of the key: the server lists no such upload, and so none counts.
 */
async function uploadsBelow(bucket: string): Promise<number> {
  const uploads = `${bucket}/${UNFINISHED}multipart`;
  const keys = await readdir(uploads).catch(() => []);
  const counts = await Promise.all(
    keys.map(async (key) => ((await hasName(`${uploads}/${key}`)) ? (await readdir(`${uploads}/${key}`)).length : 0)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

async function hasName(directory: string): Promise<boolean> {
  return await run('getfattr', ['--absolute-names', '-n', 'user.objname', directory]).then(
    () => true,
    () => false,
  );
}
