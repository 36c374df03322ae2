// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { afterEach, expect, it, vi } from 'vitest';

import { startMd5Thread } from '@ims/digest';
import { cleanUp, startImageServer } from '@ims/testing';

import { createBench, imageOf, md5Of } from './bench.ts';

// The real threads, and how many of them were started.
vi.mock(import('@ims/digest'), async (original) => {
  const real = await original();
  return { ...real, startMd5Thread: vi.fn<typeof startMd5Thread>(real.startMd5Thread) };
});

afterEach(async () => {
  vi.mocked(startMd5Thread).mockClear();
  await cleanUp();
});

const content = imageOf(1024 * 1024);
const never = new AbortController().signal;

it.each([
  ['nobody', { headers: {}, announced: undefined, threads: 0 }],
  ['somebody', { headers: {}, announced: md5Of(content), threads: 1 }],
  ['the store', { headers: { 'x-amz-meta-md5sum': md5Of(content) }, announced: undefined, threads: 1 }],
])('the md5 is taken once, as the image arrives, when %s has announced it', async (_who, given) => {
  const { headers, announced, threads } = given;
  const server = await startImageServer({ content, headers });
  const bench = await createBench();
  const fetcher = bench.fetcher(bench.http(server));
  const request = { headBytes: 1, check: () => Promise.resolve(), onTransfer: () => undefined, signal: never };
  await fetcher.fetch({ ...request, isAnnounced: announced !== undefined });
  expect(startMd5Thread).toHaveBeenCalledTimes(threads);
  await fetcher.verify(announced, never);
  expect(startMd5Thread).toHaveBeenCalledTimes(threads);
});
