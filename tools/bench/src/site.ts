// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, rm, writeFile } from 'node:fs/promises';

import {
  awsCli,
  startFakeIms,
  startFaultProxy,
  startObjectStore,
  startTokenServer,
  temporaryDirectory,
  type AwsCli,
  type FakeIms,
  type ObjectStore,
} from '@ims/testing';

/** A real S3 server, and an IMS with its token server. */
export interface Site {
  readonly objects: ObjectStore;
  readonly ims: FakeIms;
  readonly aws: AwsCli;
  /** Where a bucket keeps what it holds. */
  readonly bucketDirectory: string;
  /** All that an agent is told of the store. */
  readonly storeEnv: Readonly<Record<string, string>>;
  /** All that an agent is told of IMS. */
  readonly imsEnv: Readonly<Record<string, string>>;
}

const CLIENT = { clientId: 'admin-client', clientSecret: 'a secret of the benchmark' };

/** What is different from a site that answers at once, on this machine alone. */
interface SiteOptions {
  /** IMS takes so many milliseconds for each call, one after the other. */
  readonly imsDelayMs?: number;
  /** The address of this machine where pods reach all of it. */
  readonly host?: string;
}

/** Starts a site that ends with the benchmark. */
export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const { host } = options;
  const [objects, tokens] = await Promise.all([
    startObjectStore({ metadata: await temporaryDirectory('metadata') }),
    startTokenServer({ ...CLIENT, lifetimeSeconds: 3600 }),
  ]);
  const ims = await startFakeIms({ tokens, s3: objects, delayMs: options.imsDelayMs ?? 0 });
  return {
    objects,
    ims,
    aws: await awsCli(objects),
    bucketDirectory: `${objects.directory}/${objects.bucket}`,
    storeEnv: {
      IMS_STORE: `s3://${objects.bucket}`,
      S3_ENDPOINT: await reachedFrom(objects.endpoint, host),
      S3_ACCESS_KEY: objects.accessKey,
      S3_SECRET_KEY: objects.secretKey,
    },
    imsEnv: {
      IMS_URL: await reachedFrom(ims.url, host),
      OAUTH_CONFIG_DIR: await oauthFiles(await reachedFrom(tokens.url, host)),
      OAUTHLIB_INSECURE_TRANSPORT: '1',
    },
  };
}

async function reachedFrom(address: string, host: string | undefined): Promise<string> {
  if (host === undefined) return address;
  const { origin } = new URL(address);
  const { url } = await startFaultProxy({ target: origin, host });
  return address.replace(origin, url);
}

/** Removes every object. */
export async function emptyStore({ bucketDirectory }: Pick<Site, 'bucketDirectory'>): Promise<void> {
  await rm(bucketDirectory, { recursive: true });
  await mkdir(bucketDirectory);
}

async function oauthFiles(endpoint: string): Promise<string> {
  const directory = await temporaryDirectory('oauth');
  const files = { endpoint, 'client-id': CLIENT.clientId, 'client-secret': CLIENT.clientSecret };
  for (const [name, text] of Object.entries(files)) await writeFile(`${directory}/${name}`, text, { mode: 0o400 });
  return directory;
}
