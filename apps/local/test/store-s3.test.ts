// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { awsCli, cleanUp, imageTemplate, startObjectStore } from '@ims/testing';
import { afterEach, expect, it } from 'vitest';

import { createBench, resultOf } from './support/bench.ts';

const run = promisify(execFile);

afterEach(cleanUp);

it('H31 a job publishes in S3 with keys that only its agent has', async () => {
  const objects = await startObjectStore();
  const env = { S3_ENDPOINT: objects.endpoint, S3_ACCESS_KEY: objects.accessKey, S3_SECRET_KEY: objects.secretKey };
  const bench = await createBench(env);
  const script = await bench.script('cat /proc/[0-9]*/environ 2> /dev/null | tr "\\0" "\\n" | sort -u; env');
  const store = `s3://${objects.bucket}`;
  const image = ['--image', await imageTemplate(), '--no-jail', '--script', script];
  const program = await bench.job('run', ...image, '--store', store, '--output', 'json');
  const result = resultOf(program);
  expect(result).toMatchObject({ outcome: 'Succeeded', manifest: `${store}/${String(result.image)}/manifest.json` });
  const aws = await awsCli(objects);
  expect(await aws('s3', 'ls', `${store}/${String(result.image)}/`)).toContain('rootfs');
  expect(`${program.stdout}${program.stderr}`).not.toContain(objects.secretKey);
  const shown = await bench.job('show', result.job);
  expect(shown.stdout).toContain(result.manifest);
  const kept = run('grep', ['-rl', objects.secretKey, `${bench.home}/jobs`]);
  await expect(kept).rejects.toMatchObject({ code: 1 });
});
