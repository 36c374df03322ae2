// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { temporaryDirectory } from './directory.ts';
import type { ObjectStore } from './object-store.ts';

/** What the AWS CLI has to know of a store; `endpoint` may be that of a proxy before it. */
export type StoreAddress = Pick<ObjectStore, 'endpoint' | 'accessKey' | 'secretKey' | 'region' | 'caFile'>;

/**
 * Runs the AWS CLI with these arguments.
 *
 * @returns what it wrote to standard output
 * @throws an error with what it wrote to standard error when it ends with a failure
 */
export type AwsCli = (...args: string[]) => Promise<string>;

const run = promisify(execFile);
const ENOUGH = 64 * 1024 * 1024;

/**
 * The AWS CLI as a client of the store that knows nothing of this project: path style, one attempt, no file of the
 * user's is read.
 *
 * @example
 * const aws = await awsCli(store);
 * await aws('s3', 'cp', '--recursive', `s3://${store.bucket}/${id}/`, directory);
 */
export async function awsCli(store: StoreAddress): Promise<AwsCli> {
  const directory = await temporaryDirectory('aws');
  const config = `${directory}/config`;
  await writeFile(config, '[default]\ns3 =\n  addressing_style = path\n  signature_version = s3v4\n');
  const env = {
    ...withoutAws(),
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ACCESS_KEY_ID: store.accessKey,
    AWS_SECRET_ACCESS_KEY: store.secretKey,
    AWS_DEFAULT_REGION: store.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    ...(store.caFile === undefined ? {} : { AWS_CA_BUNDLE: store.caFile }),
  };
  return async (...args) => {
    const { stdout } = await run('aws', ['--endpoint-url', store.endpoint, ...args], { env, maxBuffer: ENOUGH });
    return stdout;
  };
}

function withoutAws(): Record<string, string> {
  // eslint-disable-next-line no-restricted-properties -- the CLI is found and runs as the user has installed it
  const own = Object.entries(process.env);
  return Object.fromEntries(
    own.flatMap(([name, value]) => (value === undefined || /^AWS_|_proxy$/i.test(name) ? [] : [[name, value]])),
  );
}
