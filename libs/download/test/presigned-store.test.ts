// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { awsCli, cleanUp, startFaultProxy, startObjectStore, temporaryDirectory } from '@ims/testing';

import { createBench, imageOf } from './bench.ts';

afterEach(cleanUp);

const MIB = 1024 * 1024;

it.each([
  ['goes on with the same image', 'same'],
  ['begins anew with another one of the same length', 'other'],
] as const)('a presigned address of a real S3 server, broken in its midst, %s', async (_claim, then) => {
  const store = await startObjectStore();
  const proxy = await startFaultProxy({ target: store.endpoint });
  const aws = await awsCli({ ...store, endpoint: proxy.url });
  const file = `${await temporaryDirectory('image')}/image`;
  const put = async (content: Buffer): Promise<Buffer> => {
    await writeFile(file, content);
    await aws('s3', 'cp', file, `s3://${store.bucket}/id/rootfs`);
    return content;
  };
  const first = await put(imageOf(2 * MIB));
  const url = new URL((await aws('s3', 'presign', `s3://${store.bucket}/id/rootfs`)).trim());
  const bench = await createBench();
  const source = bench.at(url);
  proxy.on({ fault: 'truncated-body', method: 'GET', times: 1 });
  const refusal = proxy.on({ fault: '403', method: 'GET', nth: 2, times: 1 });
  await expect(bench.fetch(source)).rejects.toMatchObject({ reason: 'SourceRefused' });
  expect(refusal.hits).toBe(1);
  const content = then === 'same' ? first : await put(imageOf(2 * MIB));
  await bench.fetch(source);
  expect(content.equals(await readFile(bench.archive))).toBe(true);
});
