// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { readConfig, readReadingConfig } from '../src/config.ts';
import type { Destination } from '../src/destination.ts';
import { readPrepareConfig } from '../src/prepare/config.ts';
import { endpointOfHost } from '../src/s3-access.ts';

type Env = Readonly<Record<string, string>>;

const JOB: Env = {
  IMS_ACTION: 'create',
  IMS_JOB_ID: '0a1b2c3d-0000-4000-8000-00000000abcd',
  IMAGE_ROOT_ARCHIVE_NAME: 'cos',
  IMAGE_ROOT_PARENT: '/vol',
};
const S3: Env = { S3_ENDPOINT: 'https://rgw:8080', S3_ACCESS_KEY: 'the-key', S3_SECRET_KEY: 'the-secret' };
const IN_S3 = { kind: 's3', bucket: 'boot-images' } as const;

const destinationOf = (env: Env): Destination =>
  readConfig({ ...JOB, ...env }, { parent: undefined, goal: 'published' }).destination;

const problemOf = (env: Env): string => {
  try {
    destinationOf(env);
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the port of metrics', () => {
  it.each([
    ['the usual port of the shell', { IMS_METRICS_PORT: '22' }, 'IMS_METRICS_PORT is the port of the shell'],
    ['its port', { IMS_METRICS_PORT: '9464', IMS_SSH_PORT: '9464' }, 'IMS_METRICS_PORT is the port of the shell'],
    ['none', { IMS_METRICS_PORT: '0' }, 'IMS_METRICS_PORT'],
    ['a name', { IMS_METRICS_PORT: 'metrics' }, 'IMS_METRICS_PORT'],
  ])('is refused when it is %s', (_what, env, why) => {
    expect(problemOf(env)).toContain(why);
  });

  it.each([{}, { IMS_METRICS_PORT: '' }, { IMS_METRICS_PORT: '9464' }])('may be %j', (env) => {
    expect(problemOf(env)).toBe('none');
  });
});

describe('where an image is published', () => {
  it.each<[string, Env, Partial<Destination>]>([
    [
      'below the volume when nothing is said',
      {},
      {
        store: { kind: 'directory', directory: '/vol/published' },
        registry: { kind: 'store', directory: '/vol/published' },
        s3: undefined,
        copy: undefined,
      },
    ],
    [
      'in a directory that is named, whatever S3 there is',
      { ...S3, S3_BUCKET: 'boot-images', IMS_STORE: '/srv/images' },
      {
        store: { kind: 'directory', directory: '/srv/images' },
        registry: { kind: 'store', directory: '/srv/images' },
      },
    ],
    [
      'in the bucket of S3, its records in IMS',
      { ...S3, S3_BUCKET: 'boot-images' },
      { store: IN_S3, registry: { kind: 'ims' } },
    ],
    [
      'in a bucket that is named, without records',
      { ...S3, IMS_STORE: 's3://boot-images', IMS_REGISTRY: 'none' },
      { store: IN_S3, registry: { kind: 'none' } },
    ],
    [
      'in S3 with a copy, its records beside the copy',
      { ...S3, S3_BUCKET: 'boot-images', IMS_STORE_COPY: '/srv/copy', IMS_REGISTRY: 'store' },
      { store: IN_S3, copy: '/srv/copy', registry: { kind: 'store', directory: '/srv/copy' } },
    ],
  ])('is %s', (_claim, env, expected) => {
    expect(destinationOf(env)).toMatchObject(expected);
  });

  it.each<[string, Env]>([
    ['IMS_STORE_COPY is set although the store is a directory', { IMS_STORE_COPY: '/srv/copy' }],
    ['IMS_REGISTRY is "ims" although the store is a directory', { IMS_REGISTRY: 'ims' }],
    ['IMS_REGISTRY is "store" although the store is in S3', { ...S3, S3_BUCKET: 'b00', IMS_REGISTRY: 'store' }],
    ['S3_HOST is not a server', { ...S3, S3_BUCKET: 'b00', S3_ENDPOINT: '', S3_HOST: 'rgw/path' }],
    ['the store "gopher://x" cannot be used', { IMS_STORE: 'gopher://x' }],
  ])('is refused: %s', (part, env) => {
    expect(problemOf(env)).toContain(part);
  });

  it('is refused with every problem at once and without a secret', () => {
    const problem = problemOf({ IMS_JOB_ID: 'none', S3_BUCKET: 'boot-images', S3_SECRET_KEY: 'the-secret' });
    expect(problem).toMatch(/IMS_JOB_ID is "none".*S3_ACCESS_KEY is not set.*neither S3_ENDPOINT nor S3_HOST is set/);
    expect(problem).not.toContain('the-secret');
  });

  it('is of no matter to who only packs', () => {
    const env = { ...JOB, S3_BUCKET: 'boot-images', IMS_REGISTRY: 'ims' };
    expect(readConfig(env, { parent: '/other', goal: 'packed' }).destination).toMatchObject({
      store: { kind: 'directory', directory: '/other/published' },
      s3: undefined,
    });
  });
});

describe('what prepare refuses before it fetches a byte', () => {
  const refusal = (env: Env, parent = '/vol'): string => {
    try {
      readPrepareConfig({ IMS_JOB_ID: JOB['IMS_JOB_ID'] ?? '', ...env }, { parent, url: 'https://rgw/rootfs' });
      return 'none';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each<[string, Env]>([
    ['KERNEL_FILENAME is "../x"', { KERNEL_FILENAME: '../x' }],
    ['REMOTE_BUILD_NODE is "nid1"', { REMOTE_BUILD_NODE: 'nid1' }],
    ['SSH_JAIL is "maybe"', { SSH_JAIL: 'maybe' }],
    ['the store "gopher://x" cannot be used', { IMS_STORE: 'gopher://x' }],
    ['S3_ACCESS_KEY is not set', { ...JOB, S3_BUCKET: 'boot-images' }],
    ['IMS_METRICS_PORT is the port of the shell', { ...JOB, IMS_METRICS_PORT: '22' }],
  ])('is what the agent would refuse: %s', (part, env) => {
    expect(refusal(env)).toContain(part);
  });

  it('is not what only the agent is told', () => {
    expect(refusal({ KERNEL_FILENAME: 'grub/vmlinuz', S3_BUCKET: 'boot-images' })).toBe('none');
  });

  it('is said once each, its own problems along with those of the agent', () => {
    const said = refusal({ ...JOB, LOG_LEVEL: 'loud', DOWNLOAD_MD5SUM: 'x', INITRD_FILENAME: '..' });
    for (const name of ['LOG_LEVEL', 'DOWNLOAD_MD5SUM', 'INITRD_FILENAME']) expect(said.split(name)).toHaveLength(2);
  });

  it.each(['', ' ', 'vol', '/a/../b'])('is a volume named %j', (parent) => {
    expect(refusal({}, parent)).not.toBe('none');
  });
});

function tls(env: Env): Env {
  return { ...S3, S3_BUCKET: 'boot-images', ...env };
}

describe('H33 the certificate of the S3 server', () => {
  it.each<[Env, object]>([
    [{}, { verify: true, caFiles: [], unverifiedBy: undefined }],
    [{ S3_SSL_VERIFY: 'true' }, { verify: true, caFiles: [] }],
    [
      { S3_SSL_VALIDATE: '/ca.crt', S3_SSL_VERIFY: '/ca.crt' },
      { verify: true, caFiles: ['/ca.crt'] },
    ],
    [
      { S3_SSL_VALIDATE: 'true', S3_SSL_VERIFY: '/ca.crt' },
      { verify: true, caFiles: ['/ca.crt'] },
    ],
    [
      { S3_SSL_VALIDATE: '/a.crt', S3_SSL_VERIFY: '/b.crt' },
      { verify: true, caFiles: ['/a.crt', '/b.crt'] },
    ],
    // Unverified when one of them says so, whatever the other one says.
    ...['false', 'Off', 'NO', 'f', '0'].flatMap((no): [Env, object][] => [
      [{ S3_SSL_VALIDATE: no }, { verify: false, unverifiedBy: 'S3_SSL_VALIDATE' }],
      [{ S3_SSL_VERIFY: no }, { verify: false, unverifiedBy: 'S3_SSL_VERIFY' }],
      [
        { S3_SSL_VALIDATE: no, S3_SSL_VERIFY: 'on' },
        { verify: false, unverifiedBy: 'S3_SSL_VALIDATE' },
      ],
      [
        { S3_SSL_VALIDATE: '/ca.crt', S3_SSL_VERIFY: no },
        { verify: false, unverifiedBy: 'S3_SSL_VERIFY' },
      ],
    ]),
  ])('with %j is checked as those words say', (env, expected) => {
    expect(destinationOf(tls(env)).s3?.tls).toMatchObject(expected);
    const prepare = { parent: '/vol', url: 'https://rgw/boot-images/id/rootfs' };
    expect(readPrepareConfig({ ...JOB, ...env }, prepare).source).toMatchObject({ tls: expected });
  });
});

describe('S3_HOST', () => {
  it.each([
    ['rgw', 'https://rgw'],
    ['rgw:8080', 'https://rgw:8080'],
    ['http://rgw:8080/', 'http://rgw:8080'],
    ['rgw/bucket', undefined],
    ['user:word@rgw', undefined],
    ['', undefined],
  ])('%s means %s', (text, endpoint) => {
    expect(endpointOfHost(text)).toBe(endpoint);
  });
});

describe('reading an image back', () => {
  it('needs keys for an address in S3 alone, and no job', () => {
    expect(readReadingConfig({}, '/srv/images/i/manifest.json').s3).toBeUndefined();
    expect(readReadingConfig(S3, 's3://b00/i/manifest.json').s3?.endpoint).toBe('https://rgw:8080');
    expect(() => readReadingConfig({}, 's3://b00/i/manifest.json')).toThrow(/S3_ACCESS_KEY is not set/);
  });
});
