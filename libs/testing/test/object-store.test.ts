// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import {
  awsCli,
  cleanUp,
  createCertificates,
  eventually,
  freePort,
  isRunning,
  NODE,
  processesUnder,
  SOURCE_TREE,
  startObjectStore,
  temporaryDirectory,
} from '../src/index.ts';

afterEach(cleanUp);

/** The AWS CLI takes seconds to start on a machine that is busy. */
const SLOW_CLIENT = 120_000;

describe('the object store', { timeout: SLOW_CLIENT }, () => {
  it('takes what the AWS CLI puts, keeps it as a file and gives it back', async () => {
    const store = await startObjectStore();
    const aws = await awsCli(store);
    const directory = await temporaryDirectory();
    await writeFile(`${directory}/kernel`, 'a kernel');
    await aws('s3', 'cp', `${directory}/kernel`, `s3://${store.bucket}/one/kernel`);
    expect(await readFile(`${store.directory}/${store.bucket}/one/kernel`, 'utf8')).toBe('a kernel');
    await aws('s3', 'cp', '--recursive', `s3://${store.bucket}/one/`, `${directory}/back`);
    expect(await readFile(`${directory}/back/kernel`, 'utf8')).toBe('a kernel');
    const head: unknown = JSON.parse(
      await aws('s3api', 'head-object', '--bucket', store.bucket, '--key', 'one/kernel'),
    );
    expect(head).toMatchObject({ ContentLength: 8 });
  });

  it('refuses a client with another secret, and the CLI says so', async () => {
    const store = await startObjectStore();
    const aws = await awsCli({ ...store, secretKey: 'another' });
    await expect(aws('s3api', 'list-objects-v2', '--bucket', store.bucket)).rejects.toThrow('SignatureDoesNotMatch');
  });

  it('names what is not there', async () => {
    const store = await startObjectStore();
    const aws = await awsCli(store);
    await expect(aws('s3api', 'list-objects-v2', '--bucket', 'elsewhere')).rejects.toThrow('NoSuchBucket');
  });

  it('speaks TLS with a certificate that only its own authority vouches for', async () => {
    const tls = await createCertificates();
    const store = await startObjectStore({ tls });
    const aws = await awsCli(store);
    expect(await aws('s3', 'ls')).toContain(store.bucket);
    const refused = await once(get(store.endpoint), 'error');
    expect(refused).toMatchObject([{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }]);
  });

  it('comes back at the same port with the same bytes', async () => {
    const port = await freePort();
    const first = await startObjectStore({ port, accessKey: 'same', secretKey: 'secret' });
    const aws = await awsCli(first);
    await aws('s3api', 'put-object', '--bucket', first.bucket, '--key', 'left');
    await first.stop();
    const { directory } = first;
    await startObjectStore({ port, accessKey: 'same', secretKey: 'secret', directory });
    expect(await aws('s3', 'ls', `s3://${first.bucket}`)).toContain('left');
  });

  it('says why when its port is taken', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    await expect(startObjectStore({ port })).rejects.toThrow('address already in use');
    other.close();
  });

  it('leaves no process behind, and shows its keys to nobody', async () => {
    const store = await startObjectStore();
    const [server] = await processesUnder(store.directory);
    expect(server).toMatchObject({ pid: store.pid });
    expect(server?.command).not.toContain(store.secretKey);
    await store.stop();
    expect(await processesUnder(store.directory)).toEqual([]);
  });

  it('ends with the process that started it, however that ends', async () => {
    // What it would have had to clean up is ours.
    const options = JSON.stringify({ directory: await temporaryDirectory(), port: await freePort() });
    const program = `import { startObjectStore } from './libs/testing/src/index.ts';
      const { pid } = await startObjectStore(${options});
      console.log(pid);`;
    const owner = spawn(NODE, ['--input-type=module', '--eval', program], {
      cwd: SOURCE_TREE,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(await isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await eventually(async () => !(await isRunning(pid)));
  });
});

describe('certificates of a test', () => {
  it('are for 127.0.0.1 and verify against their authority alone', async () => {
    const { caFile, certFile } = await createCertificates();
    const verify = spawnSync('openssl', ['verify', '-verify_ip', '127.0.0.1', '-CAfile', caFile, certFile]);
    expect(verify.status).toBe(0);
  });
});
