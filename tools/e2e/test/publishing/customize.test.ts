// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ARTIFACTS, type ArtifactName } from '@ims/contract';
import { cleanUp, runProgram, type Volume } from '@ims/testing';

import { CUSTOMIZING, plantAttributes } from '../support/customizing.ts';
import { flagIn, rootIn } from '../support/finish.ts';
import { enlarge } from '../support/large-image.ts';
import type { Pair } from '../support/pair.ts';
import { sumsOf } from '../support/published.ts';
import { attributesOf, describeTree } from '../support/tree.ts';
import { startWorld, type World } from '../support/world.ts';
import { download, head, unpackArchive, type Download, type ObjectHead } from './download.ts';
import { expectPublished, statusesIn } from './outcome.ts';

const NAMES = Object.keys(ARTIFACTS) as ArtifactName[];

/** How Python writes a manifest, which is how IMS and its clients have always seen one. */
const AS_PYTHON = `
import json, sys
print(json.dumps(json.load(open(sys.argv[1], 'rb')), indent=4, sort_keys=True))
`;

describe.each([
  { way: 'without TLS', tls: false },
  { way: "with TLS everywhere and the site's CA", tls: true },
])('a customized image, published $way', ({ tls }) => {
  let world: World;
  let pair: Pair;
  let ends: Awaited<ReturnType<Pair['ends']>>;
  let published: Download;
  let heads: ReadonlyMap<string, ObjectHead>;

  beforeAll(async () => {
    world = await startWorld({ tls });
    const prepare = async (volume: Volume): Promise<void> => {
      await plantAttributes(volume);
      // Both tell how an object was sent: this one in parts, the others whole.
      await enlarge(volume, 12);
      await writeFile(`${volume.imageRoot}/usr/share/to-go`, '');
    };
    pair = await world.startPair({ jailed: tls, prepare });
    await pair.opened();
    expect(await pair.ssh('bash -s', `R=${rootIn(pair)}\n${CUSTOMIZING}\n`)).toMatchObject({ code: 0, stderr: '' });
    await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
    ends = await pair.ends();
    published = await download(world);
    const names = [...NAMES, 'manifest.json'];
    heads = new Map(await Promise.all(names.map(async (name) => [name, await head(world, name)] as const)));
  });
  afterAll(cleanUp);

  it('ends both programs with 0, and the status names the image', async () => {
    expect(ends).toEqual({ agent: 0, sshd: 0 });
    const { record } = published;
    const { phase, imageId, manifest } = await pair.status();
    expect({ phase, imageId, manifest }).toEqual({
      phase: 'Succeeded',
      imageId: record.id,
      manifest: record.link?.path,
    });
  });

  it('comes to a foreign client exactly as it is in the image root', async () => {
    const unpacked = await unpackArchive(`${published.directory}/rootfs`);
    expect([...describeTree(unpacked)]).toEqual([...describeTree(pair.volume.imageRoot)]);
    expect(await attributesOf(unpacked)).toBe(await attributesOf(pair.volume.imageRoot));
  });

  it('has a manifest of version 1.0 that is byte for byte as Python writes it', async () => {
    const { stdout } = await promisify(execFile)('python3', ['-c', AS_PYTHON, `${published.directory}/manifest.json`]);
    expect(published.text).toBe(stdout);
    const { version, created, artifacts } = published.manifest;
    expect(version).toBe('1.0');
    expect(created).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6}$/);
    expect(Object.keys(published.manifest)).toEqual(['artifacts', 'created', 'version']);
    for (const artifact of artifacts) {
      expect(Object.keys(artifact)).toEqual(['link', 'md5', 'sha256', 'size', 'type']);
      expect(Object.keys(artifact.link)).toEqual(['etag', 'path', 'type']);
    }
  });

  it('H20 names every object in the order of old, with the sums that others compute and the etag that HEAD gives', async () => {
    const computed = await Promise.all(NAMES.map(async (name) => await sumsOf(`${published.directory}/${name}`)));
    const wanted = NAMES.map((name, index) => {
      const path = `s3://${world.objects.bucket}/${published.record.id}/${name}`;
      const link = { type: 's3', path, etag: heads.get(name)?.etag };
      return { ...computed[index], type: ARTIFACTS[name].mime, link };
    });
    expect(published.manifest.artifacts).toEqual(wanted);
    expect(heads.get('rootfs')?.etag).toMatch(/^[0-9a-f]{32}-2$/);
    const boot = ['boot/vmlinuz', 'boot/initrd', 'boot/kernel-parameters'];
    const sources = await Promise.all(boot.map(async (name) => await sumsOf(`${pair.volume.imageRoot}/${name}`)));
    expect(computed.slice(1)).toEqual(sources);
  });

  it('has the metadata of the contract, and both sums', () => {
    const ours = {
      'x-shasta-ims-image-name': 'an image',
      'x-shasta-ims-image-id': published.record.id,
      'x-shasta-ims-job-id': pair.job.id,
    };
    for (const { md5, sha256, link } of published.manifest.artifacts) {
      const name = link.path.split('/').at(-1) ?? '';
      expect(heads.get(name)?.metadata).toEqual({ ...ours, md5sum: md5, sha256sum: sha256 });
    }
  });

  it('has a manifest whose metadata is its own sums and nothing else', async () => {
    const { md5, sha256 } = await sumsOf(`${published.directory}/manifest.json`);
    expect(heads.get('manifest.json')?.metadata).toEqual({ md5sum: md5, sha256sum: sha256 });
  });

  it('H3 has exactly one record, with name, architecture, the tag of the job, and the link that HEAD confirms', async () => {
    const { id, ...record } = published.record;
    expect(record).toMatchObject({
      name: 'an image',
      arch: 'x86_64',
      metadata: { 'ims.cray.com/job-id': pair.job.id },
      link: {
        path: `s3://${world.objects.bucket}/${id}/manifest.json`,
        type: 's3',
        etag: heads.get('manifest.json')?.etag,
      },
    });
    await expectPublished(world, pair.job);
  });

  it('H41 is told to IMS in order: record, link, image of the job, and success last', () => {
    const { record } = published;
    const made = world.ims.calls.filter(({ method }) => method !== 'GET');
    expect(made.filter(({ status }) => status > 299)).toEqual([]);
    const [job, image] = [`/jobs/${pair.job.id}`, `/images/${record.id}`];
    const told = made.map(({ method, path, body }) => [`${method} ${path}`, body] as const);
    const tag = { key: 'ims.cray.com/job-id', value: pair.job.id };
    expect(told.slice(0, 1)).toEqual([[`PATCH ${job}`, { status: 'waiting_on_user' }]]);
    // Whether the record or the status comes first is of no matter.
    expect(told.slice(1, 3)).toEqual(
      expect.arrayContaining([
        [`PATCH ${job}`, { status: 'packaging_artifacts' }],
        ['POST /images', { name: 'an image', arch: 'x86_64', metadata: tag }],
      ]),
    );
    expect(told.slice(3)).toEqual([
      [`PATCH ${image}`, { link: record.link }],
      [`PATCH ${job}`, { resultant_image_id: record.id }],
      [`PATCH ${job}`, { status: 'success' }],
    ]);
    expect(statusesIn(world)).toEqual(['waiting_on_user', 'packaging_artifacts', 'success']);
    expect(world.ims.cleanups).toEqual([pair.job.id]);
  });

  it('H20 is read back whole by ims-agent verify', async () => {
    const args = ['verify', published.record.link?.path ?? ''];
    const { end, stdout } = await runProgram({
      app: 'agent',
      args: ['--output', 'json', ...args],
      env: world.agentEnv,
    });
    expect(end.code).toBe(0);
    for (const { sha256 } of published.manifest.artifacts) expect(stdout).toContain(sha256);
  });
});
