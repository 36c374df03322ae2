// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import {
  awsCli,
  cleanUp,
  createCertificates,
  eventually,
  FAULTS,
  onCleanup,
  startFaultProxy,
  startImageServer,
  startObjectStore,
  temporaryDirectory,
  type FaultName,
} from '@ims/testing';

import { createPrepareBench, everythingIn, JOB, SIGNATURE, type PrepareBench } from './bench.ts';

afterEach(cleanUp);

async function expectPrepared(bench: Pick<PrepareBench, 'source' | 'volume' | 'listing'>): Promise<void> {
  const { source, volume } = bench;
  expect(await bench.listing(`${volume}/image-root`)).toBe(await bench.listing(source));
  expect((await readdir(volume)).toSorted()).toEqual(['.ims', 'image-root']);
}

describe('ims-agent prepare', () => {
  it('makes the image root from an http address, and clears what an earlier job left', async () => {
    const bench = await createPrepareBench();
    for (const flag of ['complete', 'failed', 'exiting', 'ready']) writeFileSync(`${bench.volume}/${flag}`, '');
    expect(await bench.run()).toBe(0);
    await expectPrepared(bench);
    const status = JSON.parse(readFileSync(`${bench.volume}/.ims/status.json`, 'utf8')) as Record<string, unknown>;
    expect(status).toMatchObject({ job: JOB, phase: 'Prepared' });
  });

  it('does nothing the second time: what a user has done since stays', async () => {
    const bench = await createPrepareBench();
    expect(await bench.run()).toBe(0);
    writeFileSync(`${bench.volume}/image-root/etc/changed`, 'by a user\n');
    writeFileSync(`${bench.volume}/complete`, '');
    writeFileSync(`${bench.volume}/.ims/journal.jsonl`, '');
    expect(await bench.run()).toBe(0);
    expect(existsSync(`${bench.volume}/image-root/etc/changed`)).toBe(true);
    expect(existsSync(`${bench.volume}/complete`)).toBe(true);
    expect(bench.server.requests).toHaveLength(1);
    // Another job does not take the user's work away either.
    expect(await bench.run(undefined, { IMS_JOB_ID: JOB.replace('5f', '6f') })).toBe(42);
    expect(existsSync(`${bench.volume}/image-root/etc/changed`)).toBe(true);
  });

  it('begins anew for another job that nobody has worked on', async () => {
    const bench = await createPrepareBench();
    expect(await bench.run()).toBe(0);
    expect(await bench.run(undefined, { IMS_JOB_ID: JOB.replace('5f', '6f') })).toBe(0);
    expect(bench.server.requests).toHaveLength(2);
    await expectPrepared(bench);
  });

  it('H27 does not write through a link in the place of the image root', async () => {
    const bench = await createPrepareBench();
    const outside = await temporaryDirectory('outside');
    symlinkSync(outside, `${bench.volume}/image-root`);
    expect(await bench.run()).toBe(0);
    await expectPrepared(bench);
    expect(await readdir(outside)).toEqual([]);
  });

  it('takes a file address, and an s3 address of a real store', async () => {
    const bench = await createPrepareBench();
    expect(await bench.run(`file://${bench.archive}`)).toBe(0);
    await expectPrepared(bench);

    const store = await startObjectStore();
    const aws = await awsCli(store);
    const object = `s3://${store.bucket}/id/rootfs`;
    await aws('s3', 'cp', bench.archive, object, '--metadata', `md5sum=${bench.md5}`);
    const other = { ...bench, volume: `${bench.volume}/s3` };
    const env = { S3_ENDPOINT: store.endpoint, S3_ACCESS_KEY: store.accessKey, S3_SECRET_KEY: store.secretKey };
    const fromStore = await createPrepareBench({ volume: other.volume });
    expect(await fromStore.run(object, { ...env, DOWNLOAD_MD5SUM: '' })).toBe(0);
    await expectPrepared(other);
    expect(await everythingIn(`${other.volume}/.ims`)).not.toContain(store.secretKey);
  });

  it.each([301, 302, 307, 308])(
    'follows a redirection to another server, again when it goes on: %i',
    async (status) => {
      const bench = await createPrepareBench();
      const front = await startImageServer({ content: Buffer.of() });
      const redirection = { kind: 'answer', status, headers: { location: bench.url() }, body: '' } as const;
      front.next.push(redirection, redirection);
      bench.server.next.push({ kind: 'break', after: 500_000 });
      expect(await bench.run(`${front.origin}/latest?token=${SIGNATURE}`)).toBe(0);
      expect(front.requests).toHaveLength(2);
      expect(bench.server.requests.map(({ range }) => range)).toEqual([
        undefined,
        expect.stringMatching(/^bytes=[1-9]\d*-$/) as string,
      ]);
      await expectPrepared(bench);
      expect(await everythingIn(`${bench.volume}/.ims`)).not.toContain(SIGNATURE);
    },
  );

  it('ends with a reason where redirections lead in a circle', async () => {
    const bench = await createPrepareBench();
    const front = await startImageServer({ content: Buffer.of() });
    const location = `${front.origin}/again`;
    for (let n = 0; n < 100; n += 1) front.next.push({ kind: 'answer', status: 302, headers: { location }, body: '' });
    expect(await bench.run(location)).toBe(46);
    expect(existsSync(`${bench.volume}/image-root`)).toBe(false);
  });

  it.each(['ftp://server/image', 'not an address', 'file:///', 's3://bucket'])(
    'refuses an address that it cannot fetch: %s',
    async (address) => {
      const bench = await createPrepareBench();
      expect(await bench.run(address)).toBe(2);
    },
  );
});

describe('stopped and started again', () => {
  it('H6 a signal interrupts it, and the next start goes on with the bytes that are there', async () => {
    const bench = await createPrepareBench();
    bench.server.next.push({ kind: 'stall', after: 1_000_000 });
    const first = bench.start();
    const partial = `${bench.volume}/image.sqsh.partial`;
    await eventually(() => statSync(partial, { throwIfNoEntry: false })?.size === 1_000_000);
    first.kill('SIGTERM');
    expect(await first.ended).toEqual({ code: 143, signal: null });
    expect(await bench.run()).toBe(0);
    expect(bench.server.requests[1]?.range).toBe('bytes=1000000-');
    await expectPrepared(bench);
  });

  it('a kill while it fetches costs only what was on its way', async () => {
    const bench = await createPrepareBench();
    bench.server.next.push({ kind: 'stall', after: 1_000_000 });
    const first = bench.start();
    await eventually(
      () => statSync(`${bench.volume}/image.sqsh.partial`, { throwIfNoEntry: false })?.size === 1_000_000,
    );
    first.kill('SIGKILL');
    await first.ended;
    expect(await bench.run()).toBe(0);
    expect(bench.server.requests[1]?.range).toBe('bytes=1000000-');
    await expectPrepared(bench);
  });

  it.each([
    ['the image is whole', 'Unpacks the image'],
    ['unsquashfs starts', 'starts a program unsquashfs'],
    ['unsquashfs has ended', 'a program has ended unsquashfs'],
    ['all is done', 'The image root is there'],
  ])('a kill when %s does not harm, and the image is fetched once', async (_moment, wanted) => {
    const bench = await createPrepareBench();
    const first = bench.start(undefined, { LOG_LEVEL: 'DEBUG' });
    await first.waitForLine((line) => [line.msg, line['program']].join(' ').startsWith(wanted));
    first.kill('SIGKILL');
    await first.ended;
    expect(await bench.run()).toBe(0);
    expect(bench.server.requests).toHaveLength(1);
    await expectPrepared(bench);
  });
});

describe('a machine that is started anew', () => {
  /** The boot id cannot be changed, so what was noted of it is. */
  function startAnew({ volume }: PrepareBench): void {
    const path = `${volume}/.ims/prepare.json`;
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"boot":"[^"]+"/, '"boot":"another"'));
  }

  it('costs another fetch when nobody has worked on the image root', async () => {
    const bench = await createPrepareBench();
    expect(await bench.run()).toBe(0);
    startAnew(bench);
    writeFileSync(`${bench.volume}/image-root/etc/os-release`, '');
    expect(await bench.run()).toBe(0);
    expect(bench.server.requests).toHaveLength(2);
    await expectPrepared(bench);
  });

  it('ends a job that has begun, whose image root may have lost files, and keeps what lies there', async () => {
    const bench = await createPrepareBench();
    expect(await bench.run()).toBe(0);
    startAnew(bench);
    writeFileSync(`${bench.volume}/.ims/journal.jsonl`, '');
    writeFileSync(`${bench.volume}/image-root/etc/changed`, 'by a user\n');
    const program = bench.start();
    expect(await program.ended).toMatchObject({ code: 30 });
    await program.waitForLine('was written out to its disk');
    expect(existsSync(`${bench.volume}/image-root/etc/changed`)).toBe(true);
    expect(bench.server.requests).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  const REFUSED: readonly FaultName[] = ['403'];

  it.each(Object.keys(FAULTS) as FaultName[])('H12 one %s on the way ends well or is told at once', async (fault) => {
    const bench = await createPrepareBench();
    const proxy = await startFaultProxy({ target: bench.server.origin });
    proxy.on({ fault, times: 1, dropBytes: 64 * 1024 });
    const code = await bench.run(bench.url(proxy.url), { IMS_STALL_TIMEOUT: '1' });
    if (REFUSED.includes(fault)) {
      expect(code).toBe(46);
      expect(existsSync(`${bench.volume}/image-root`)).toBe(false);
    } else {
      expect(code).toBe(0);
      await expectPrepared(bench);
    }
  });

  it('a server that stays away ends it with a reason, after the time that is configured', async () => {
    const bench = await createPrepareBench();
    const proxy = await startFaultProxy({ target: bench.server.origin });
    proxy.on({ fault: '503' });
    const program = bench.start(bench.url(proxy.url), { IMS_RETRY_TIMEOUT: '1' });
    expect(await program.ended).toMatchObject({ code: 45 });
    expect(JSON.parse(readFileSync(`${bench.volume}/.ims/status.json`, 'utf8'))).toMatchObject({
      phase: 'Failed',
      reason: 'SourceUnavailable',
    });
  });

  it('an image that arrives garbled is fetched once more', async () => {
    const bench = await createPrepareBench();
    bench.server.next.push({ kind: 'garble', at: 700_000 });
    expect(await bench.run()).toBe(0);
    expect(bench.server.requests).toHaveLength(2);
    await expectPrepared(bench);
  });

  it('an image that is not the announced one is taken away again', async () => {
    const bench = await createPrepareBench();
    expect(await bench.run(undefined, { DOWNLOAD_MD5SUM: '0'.repeat(32) })).toBe(48);
    expect((await readdir(bench.volume)).toSorted()).toEqual(['.ims']);
    expect((await readdir(`${bench.volume}/.ims`)).filter((name) => name.startsWith('unpack'))).toEqual([]);
  });

  it('H15 an address whose time is over says so', async () => {
    const bench = await createPrepareBench();
    bench.server.next.push({ kind: 'answer', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' });
    const program = bench.start(`${bench.url()}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600`);
    expect(await program.ended).toMatchObject({ code: 47 });
    await program.waitForLine('expired at 2026-01-01T01:00:00.000Z');
  });

  it.each([
    ['bytes', 'size=1m'],
    ['inodes', 'size=64m,nr_inodes=14'],
  ])('H16 too few %s are seen before anything is unpacked', async (_what, options) => {
    const volume = await temporaryDirectory('prepare-small');
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', volume]);
    onCleanup(() => void execFileSync('umount', [volume]));
    const bench = await createPrepareBench({ volume });
    const program = bench.start();
    expect(await program.ended).toMatchObject({ code: 33 });
    expect(existsSync(`${volume}/image.sqsh`)).toBe(false);
    expect(existsSync(`${volume}/image-root`)).toBe(false);
  });

  it('H33 a server that nobody vouches for is refused, unless that was switched off in so many words', async () => {
    const certificates = await createCertificates();
    const bench = await createPrepareBench();
    const server = await startImageServer({ content: bench.content, tls: certificates });
    const url = bench.url(server.origin);
    expect(await bench.run(url)).toBe(46);
    expect(await bench.run(url, { CA_CERT: certificates.caFile })).toBe(0);
    const volume = `${bench.volume}/another`;
    mkdirSync(volume);
    const other = await createPrepareBench({ volume });
    const program = other.start(url, { S3_SSL_VALIDATE: 'false', DOWNLOAD_MD5SUM: bench.md5 });
    expect(await program.ended).toMatchObject({ code: 0 });
    await program.waitForLine('S3_SSL_VALIDATE is false');
  });
});

describe('H33 whom a server is trusted by', () => {
  it.each([
    ['S3_SSL_VALIDATE', 'CA_CERT'],
    ['S3_SSL_VERIFY', 'CA_CERT'],
    ['S3_SSL_VALIDATE', 'S3_SSL_VERIFY'],
  ])('are all the files that are named: that of %s does not hide that of %s', async (other, right) => {
    const [certificates, foreign] = [await createCertificates(), await createCertificates()];
    const bench = await createPrepareBench();
    const server = await startImageServer({ content: bench.content, tls: certificates });
    const url = bench.url(server.origin);
    expect(await bench.run(url, { [other]: foreign.caFile })).toBe(46);
    expect(await bench.run(url, { [other]: foreign.caFile, [right]: certificates.caFile })).toBe(0);
    await expectPrepared(bench);
  });

  it('is asked of nobody when one variable says so, which is named', async () => {
    const certificates = await createCertificates();
    const bench = await createPrepareBench();
    const server = await startImageServer({ content: bench.content, tls: certificates });
    const env = { S3_SSL_VALIDATE: 'true', S3_SSL_VERIFY: 'off' };
    const program = bench.start(bench.url(server.origin), env);
    expect(await program.ended).toMatchObject({ code: 0 });
    await program.waitForLine('S3_SSL_VERIFY is false');
  });
});

describe('H34 the address of the image', () => {
  it('is in no process list, log, error or file, whether it works or not', async () => {
    const bench = await createPrepareBench();
    bench.server.next.push({ kind: 'answer', status: 503, body: '' }, { kind: 'stall', after: 500_000 });
    const first = bench.start(undefined, { LOG_LEVEL: 'DEBUG' });
    await eventually(() => statSync(`${bench.volume}/image.sqsh.partial`, { throwIfNoEntry: false })?.size === 500_000);
    const shown = readFileSync(`/proc/${String(first.pid)}/cmdline`, 'utf8');
    expect(shown).toMatch(/^ims-agent prepare\0*$/);
    const halfway = await everythingIn(bench.volume);
    first.kill('SIGTERM');
    await first.ended;
    bench.server.next.push({ kind: 'answer', status: 403, body: '' });
    const second = bench.start(undefined, { LOG_LEVEL: 'DEBUG' });
    await second.ended;
    const third = bench.start(undefined, { LOG_LEVEL: 'DEBUG' });
    await third.ended;
    const said = [first, second, third].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    const left = await everythingIn(`${bench.volume}/.ims`);
    for (const text of [said, halfway, left]) {
      expect(text).not.toContain(SIGNATURE);
      expect(text).not.toContain('AKIAEXAMPLE');
      expect(text).not.toContain('X-Amz-');
    }
    expect(said).toContain('/boot-images/id/rootfs');
  });
});
