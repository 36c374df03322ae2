// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { problemOf } from '../src/api.ts';
import { descriptions } from '../src/pause-image.ts';
import { refusal } from '../src/refusal.ts';
import { bytesOf, persistentVolume } from '../src/volumes.ts';

describe('a machine', () => {
  const good = { platform: 'linux', user: 0, has: () => true };

  it('is refused with the reason when it cannot have a cluster', () => {
    expect(refusal(good)).toBeUndefined();
    expect(refusal({ ...good, platform: 'darwin' })).toContain('needs Linux');
    expect(refusal({ ...good, user: 1000 })).toContain('needs root');
    expect(refusal({ ...good, has: (program) => program !== 'go' })).toBe(
      'a cluster needs go, which this machine does not have',
    );
  });
});

describe('a node', () => {
  it('is ready when it says so, and otherwise tells why not', () => {
    const node = (status: string, message = '') => ({ status: { conditions: [{ type: 'Ready', status, message }] } });
    expect(problemOf({ items: [node('True')] })).toBeUndefined();
    expect(problemOf({ items: [] })).toContain('not registered');
    expect(problemOf({ items: [node('False', 'no network')] })).toBe('no network');
    expect(problemOf({ items: [{ status: {} }] })).toContain('not said yet');
  });
});

describe('the image that every pod begins with', () => {
  it('names its layer by the digest that a container runtime looks for', () => {
    const files = descriptions(Buffer.from('layer'));
    expect(JSON.parse(files['config.json'])).toMatchObject({
      os: 'linux',
      config: { Entrypoint: ['/pause'] },
      rootfs: { diff_ids: [`sha256:${createHash('sha256').update('layer').digest('hex')}`] },
    });
    expect(JSON.parse(files['manifest.json'])).toEqual([
      { Config: 'config.json', RepoTags: ['localhost/pause:1'], Layers: ['layer.tar'] },
    ]);
  });
});

describe('a volume', () => {
  it('is sized in binary units and refuses others', () => {
    expect([bytesOf('1Ki'), bytesOf('512Mi'), bytesOf('2Gi')]).toEqual([1024, 512 * 1024 ** 2, 2 * 1024 ** 3]);
    for (const size of ['2G', '2', 'Gi', '-1Gi', '1.5Gi']) expect(() => bytesOf(size)).toThrow('is no size');
  });

  it('binds to a claim without a storage class and survives it', () => {
    expect(persistentVolume({ name: 'v', size: '1Gi', backing: 'directory' }, '/x')).toMatchObject({
      spec: { storageClassName: '', persistentVolumeReclaimPolicy: 'Retain', hostPath: { path: '/x' } },
    });
  });
});
