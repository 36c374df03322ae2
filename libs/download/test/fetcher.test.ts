// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { Failure } from '@ims/runtime';
import { cleanUp, startImageServer, temporaryDirectory } from '@ims/testing';

import { fileSource, objectSource } from '../src/index.ts';
import { createBench, imageOf, md5Of, SECRET } from './bench.ts';

afterEach(cleanUp);

const MIB = 1024 * 1024;
const REFUSED = { kind: 'answer', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' } as const;

describe('fetching', () => {
  it('brings the image byte for byte and leaves nothing half there', async () => {
    const content = imageOf(3 * MIB);
    const server = await startImageServer({ content });
    const bench = await createBench();
    await bench.fetch(bench.http(server));
    expect(content.equals(await readFile(bench.archive))).toBe(true);
    await expect(stat(`${bench.archive}.partial`)).rejects.toThrow('ENOENT');
  });

  it('goes on where a connection broke, of the same version only', async () => {
    const content = imageOf(2 * MIB);
    const server = await startImageServer({ content });
    server.next.push({ kind: 'break', after: MIB });
    const bench = await createBench();
    await bench.fetch(bench.http(server));
    expect(server.requests[1]?.range).toMatch(/^bytes=\d+-$/);
    expect(server.requests[1]?.ifRange).toBe('"version-1"');
    expect(content.equals(await readFile(bench.archive))).toBe(true);
  });

  it('goes on where another start of the program was stopped', async () => {
    const content = imageOf(2 * MIB);
    const server = await startImageServer({ content });
    server.next.push({ kind: 'break', after: MIB }, REFUSED);
    const first = await createBench();
    await expect(first.fetch(first.http(server))).rejects.toThrow('403');
    const kept = (await stat(`${first.archive}.partial`)).size;
    expect(kept).toBeGreaterThan(0);
    await first.fetch(first.http(server, 'X-Amz-Signature=another'));
    expect(server.requests.at(-1)?.range).toBe(`bytes=${String(kept)}-`);
    expect(content.equals(await readFile(first.archive))).toBe(true);
  });

  it('asks for nothing again when another start finds the whole', async () => {
    const content = imageOf(MIB);
    const server = await startImageServer({ content });
    const bench = await createBench();
    await bench.fetch(bench.http(server));
    await bench.fetch(bench.http(server));
    expect(server.requests).toHaveLength(1);
  });

  it('begins anew when the image was replaced meanwhile', async () => {
    const server = await startImageServer({ content: imageOf(2 * MIB) });
    server.next.push({ kind: 'break', after: MIB }, REFUSED);
    const bench = await createBench();
    await expect(bench.fetch(bench.http(server))).rejects.toThrow('403');
    const other = imageOf(2 * MIB);
    server.replace(other);
    await bench.fetch(bench.http(server));
    expect(other.equals(await readFile(bench.archive))).toBe(true);
  });

  it.each([0, 1000])('begins anew also where If-Range is ignored, the other image %i bytes longer', async (more) => {
    const server = await startImageServer({ content: imageOf(2 * MIB), ifRange: 'ignored' });
    server.next.push({ kind: 'break', after: MIB }, REFUSED);
    const bench = await createBench();
    await expect(bench.fetch(bench.http(server))).rejects.toThrow('403');
    const other = imageOf(2 * MIB + more);
    server.replace(other);
    await bench.fetch(bench.http(server));
    expect(other.equals(await readFile(bench.archive))).toBe(true);
    expect(server.requests.at(-1)?.range).toBeUndefined();
  });

  it('does not go on with bytes of another address', async () => {
    const server = await startImageServer({ content: imageOf(2 * MIB) });
    server.next.push({ kind: 'break', after: MIB }, REFUSED);
    const bench = await createBench();
    await expect(bench.fetch(bench.http(server))).rejects.toThrow('403');
    const content = imageOf(MIB);
    await bench.fetch(bench.http(await startImageServer({ content })));
    expect(content.equals(await readFile(bench.archive))).toBe(true);
  });

  it('takes the md5 that the store keeps beside the object when none is given', async () => {
    const content = imageOf(MIB);
    const server = await startImageServer({ content, headers: { 'x-amz-meta-md5sum': '0'.repeat(32) } });
    const bench = await createBench();
    const source = bench.http(server);
    await bench.fetch(source);
    await expect(bench.verify(source)).rejects.toMatchObject({ reason: 'SourceCorrupt' });
    await bench.verify(source, md5Of(content));
  });

  it('fetches a file of this machine and an object of a store the same way', async () => {
    const content = imageOf(2 * MIB);
    const path = `${await temporaryDirectory('source')}/image.sqsh`;
    await writeFile(path, content);
    const file = await createBench();
    await file.fetch(fileSource(path));
    expect(content.equals(await readFile(file.archive))).toBe(true);

    const object = await createBench();
    const opened = {
      size: content.length,
      etag: '"e"',
      md5sum: md5Of(content),
      read: async function* (start: number) {
        yield content.subarray(start);
      },
    };
    await object.fetch(objectSource({ address: 's3://bucket/key', open: async () => opened }));
    expect(content.equals(await readFile(object.archive))).toBe(true);
  });
});

it('an object of a store that is replaced in the midst of the fetch is begun anew', async () => {
  const versions = [imageOf(2 * MIB), imageOf(2 * MIB)];
  const bench = await createBench();
  const open = async () => {
    const content = versions.at(0) ?? Buffer.of();
    const read = async function* (start: number) {
      yield content.subarray(start, MIB);
      if (versions.length > 1) {
        versions.shift();
        throw new Failure('SourceUnavailable', 'the object was replaced while it was read');
      }
      yield content.subarray(MIB);
    };
    return { size: content.length, etag: md5Of(content), read };
  };
  const [, last] = versions;
  await bench.fetch(objectSource({ address: 's3://bucket/key', open }));
  expect(last?.equals(await readFile(bench.archive))).toBe(true);
});

describe('what goes wrong on the way', () => {
  it('tries a server again that cannot for now, and says each attempt', async () => {
    const content = imageOf(MIB);
    const server = await startImageServer({ content });
    for (const status of [500, 503, 429]) server.next.push({ kind: 'answer', status, body: '' });
    const bench = await createBench();
    await bench.fetch(bench.http(server));
    expect(bench.logger.entries.filter(({ level }) => level === 'warn')).toHaveLength(3);
  });

  it('gives up when the time for it is spent, and keeps what has arrived', async () => {
    const server = await startImageServer({ content: imageOf(2 * MIB) });
    server.next.push({ kind: 'break', after: MIB });
    for (let n = 0; n < 200; n += 1) server.next.push({ kind: 'answer', status: 503, body: '' });
    const bench = await createBench({ budgetMs: 50 });
    await expect(bench.fetch(bench.http(server))).rejects.toMatchObject({ reason: 'SourceUnavailable' });
    expect((await stat(`${bench.archive}.partial`)).size).toBeGreaterThan(0);
  });

  it('H12 a refusal is not tried again and has its reason', async () => {
    const server = await startImageServer({ content: imageOf(MIB) });
    server.next.push({ kind: 'answer', status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' });
    const bench = await createBench();
    await expect(bench.fetch(bench.http(server))).rejects.toMatchObject({
      reason: 'SourceRefused',
      message: expect.stringContaining('404 (NoSuchKey)') as string,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('H12 a transfer that stands still is noticed and goes on', async () => {
    const content = imageOf(2 * MIB);
    const server = await startImageServer({ content });
    server.next.push({ kind: 'stall', after: MIB });
    const bench = await createBench({ stallMs: 100 });
    await bench.fetch(bench.http(server));
    expect(content.equals(await readFile(bench.archive))).toBe(true);
  });

  it('says that what arrived is not the image, also when it was resumed, and forgets it on demand', async () => {
    const content = imageOf(2 * MIB);
    const server = await startImageServer({ content });
    server.next.push({ kind: 'break', after: MIB }, { kind: 'garble', at: 2 * MIB - 100 });
    const bench = await createBench();
    const source = bench.http(server);
    await bench.fetch(source);
    await expect(bench.verify(source, md5Of(content))).rejects.toMatchObject({
      reason: 'SourceCorrupt',
      message: expect.stringContaining(`instead of ${md5Of(content)}`) as string,
    });
    await bench.fetcher(source).discard();
    await bench.fetch(source);
    await bench.verify(source, md5Of(content));
    expect(server.requests.at(-1)?.range).toBeUndefined();
  });

  it('begins anew when the machine was started anew since', async () => {
    const content = imageOf(2 * MIB);
    const server = await startImageServer({ content });
    server.next.push({ kind: 'break', after: MIB }, REFUSED);
    const bench = await createBench();
    await expect(bench.fetch(bench.http(server))).rejects.toThrow('403');
    const noted = await readFile(`${bench.directory}/download.json`, 'utf8');
    await writeFile(`${bench.directory}/download.json`, noted.replace(/"boot":"[^"]+"/, '"boot":"another"'));
    await bench.fetch(bench.http(server));
    expect(server.requests.at(-1)?.range).toBeUndefined();
    await bench.verify(bench.http(server), md5Of(content));
  });

  it('does not believe a proxy that answers with a page of its own, and loses nothing by it', async () => {
    const content = imageOf(2 * MIB);
    const server = await startImageServer({ content });
    server.next.push(
      { kind: 'break', after: MIB },
      { kind: 'answer', status: 200, body: '<html>Please log in</html>' },
    );
    const bench = await createBench();
    await bench.fetch(bench.http(server));
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=\d+-$/);
    expect(content.equals(await readFile(bench.archive))).toBe(true);
  });
});

describe('H15 an address whose time is over', () => {
  const now = new Date('2026-06-01T12:00:00Z');

  it.each([
    ['SigV4', `X-Amz-Date=20260601T100000Z&X-Amz-Expires=3600&X-Amz-Signature=${SECRET}`, '2026-06-01T11:00:00.000Z'],
    ['SigV2', `AWSAccessKeyId=a&Expires=1780308000&Signature=${SECRET}`, '2026-06-01T10:00:00.000Z'],
  ])('says when it ended: %s', async (_name, query, when) => {
    const server = await startImageServer({ content: imageOf(MIB) });
    server.next.push(REFUSED);
    const bench = await createBench({ now });
    await expect(bench.fetch(bench.http(server, query))).rejects.toMatchObject({
      reason: 'SourceExpired',
      message: expect.stringContaining(when) as string,
    });
  });

  it('is known by what S3 says when our clock differs', async () => {
    const server = await startImageServer({ content: imageOf(MIB) });
    server.next.push({
      ...REFUSED,
      body: '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
    });
    const bench = await createBench({ now });
    const query = 'X-Amz-Date=20260601T110000Z&X-Amz-Expires=7200';
    await expect(bench.fetch(bench.http(server, query))).rejects.toMatchObject({ reason: 'SourceExpired' });
  });

  it('is told from one that was never allowed', async () => {
    const server = await startImageServer({ content: imageOf(MIB) });
    server.next.push(REFUSED);
    const bench = await createBench({ now });
    const query = 'X-Amz-Date=20260601T110000Z&X-Amz-Expires=7200';
    await expect(bench.fetch(bench.http(server, query))).rejects.toMatchObject({ reason: 'SourceRefused' });
  });
});

describe('H34 an address that is a secret', () => {
  it('stands in no file, no log line and no error', async () => {
    const server = await startImageServer({ content: imageOf(MIB) });
    server.next.push({ kind: 'break', after: 1000 }, { kind: 'answer', status: 503, body: '' }, REFUSED);
    const bench = await createBench();
    const error: unknown = await bench.fetch(bench.http(server)).catch((thrown: unknown) => thrown);
    const said =
      JSON.stringify(bench.logger.entries) + String(error) + JSON.stringify(error) + (await bench.everything());
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain('X-Amz-Signature');
    expect(String(error)).toContain('/boot-images/id/rootfs');
  });
});
