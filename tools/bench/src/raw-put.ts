// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';

import type { ObjectStore } from '@ims/testing';
import { presign } from './presign.ts';

const SECONDS = 3600;
const CHUNK = 256 * 1024;

/** Sends the files of a directory side by side, each by one bare PUT that signs, checks and retries nothing. */
export async function rawPut(objects: ObjectStore, directory: string, prefix: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const names = await readdir(directory);
  await Promise.all(
    names.map(async (name) => {
      await putFile(`${directory}/${name}`, addressOf(objects, 'PUT', `${prefix}/${name}`), agent);
    }),
  );
  agent.destroy();
}

/** An address by which anybody may get or put an object of the store. */
export function addressOf(objects: ObjectStore, method: 'GET' | 'PUT', key: string): URL {
  const { endpoint, bucket, region, accessKey, secretKey } = objects;
  const url = new URL(`${endpoint}/${bucket}/${key}`);
  return presign({ method, url, region, accessKey, secretKey, at: new Date(), seconds: SECONDS });
}

async function putFile(path: string, url: URL, agent: Agent): Promise<void> {
  const { size } = await stat(path);
  const sent = request(url, { method: 'PUT', agent, headers: { 'content-length': size } });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  await pipeline(createReadStream(path, { highWaterMark: CHUNK }), sent);
  const [answer] = await answered;
  answer.resume();
  await once(answer, 'end');
  if (answer.statusCode !== 200) throw new Error(`the bare PUT was answered with ${String(answer.statusCode)}`);
}
