// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { ARTIFACTS, encodeManifest, manifestOf } from '@ims/contract';
import { awsCli, cleanUp, isRunning, temporaryDirectory, type AwsCli } from '@ims/testing';

import { runClient } from './support/client.ts';
import { startWorld, type World } from './support/world.ts';

afterEach(cleanUp);

/** Asks as a foreign client does, which trusts whom the agent is told to trust. */
async function curl(world: World, ...args: string[]): Promise<string> {
  const ca = world.agentEnv['CA_CERT'];
  const trust = ca === undefined ? [] : ['--cacert', ca];
  const { code, stdout, stderr } = await runClient('curl', ['--silent', '--show-error', ...trust, ...args]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

async function tokenOf(world: World): Promise<string> {
  const file = async (name: string) =>
    (await readFile(`${world.agentEnv['OAUTH_CONFIG_DIR'] ?? ''}/${name}`, 'utf8')).trim();
  const client = `${await file('client-id')}:${await file('client-secret')}`;
  const answer = await curl(world, '-u', client, '-d', 'grant_type=client_credentials', await file('endpoint'));
  return (JSON.parse(answer) as { access_token: string }).access_token;
}

async function callIms(world: World, what: string, body: object): Promise<{ id: string }> {
  const [method = '', path = ''] = what.split(' ');
  const headers = [`Authorization: Bearer ${await tokenOf(world)}`, 'Content-Type: application/json'];
  const args = ['-X', method, ...headers.flatMap((header) => ['-H', header]), '-d', JSON.stringify(body)];
  return JSON.parse(await curl(world, ...args, `${world.agentEnv['IMS_URL'] ?? ''}/${path}`)) as { id: string };
}

async function storeClient(world: World): Promise<AwsCli> {
  const { agentEnv, objects } = world;
  return await awsCli({
    ...{ endpoint: agentEnv['S3_ENDPOINT'] ?? '', region: objects.region, caFile: agentEnv['CA_CERT'] },
    ...{ accessKey: agentEnv['S3_ACCESS_KEY'] ?? '', secretKey: agentEnv['S3_SECRET_KEY'] ?? '' },
  });
}

async function putText(aws: AwsCli, key: string, text: string): Promise<void> {
  const file = `${await temporaryDirectory('put')}/body`;
  await writeFile(file, text);
  await aws('s3api', 'put-object', '--bucket', 'boot-images', '--key', key, '--body', file);
}

describe('the world around a job', () => {
  it.each([{ tls: false }, { tls: true }])(
    'takes an image from clients that know what an agent is told ($tls)',
    async ({ tls }) => {
      const world = await startWorld({ tls });
      const job = await world.createJob();
      expect(job.agentEnv).toMatchObject(world.agentEnv);
      const aws = await storeClient(world);
      const { id } = await callIms(world, 'POST images', { name: 'an image' });
      const path = `s3://boot-images/${id}/rootfs`;
      const rootfs = {
        name: 'rootfs',
        type: ARTIFACTS.rootfs.mime,
        path,
        size: 5,
        md5: 'm',
        sha256: 's',
        etag: 'e',
      } as const;
      await putText(aws, `${id}/manifest.json`, encodeManifest(manifestOf([rootfs], new Date(), 's3')));
      const link = { path: `s3://boot-images/${id}/manifest.json`, etag: 'e', type: 's3' };
      expect(await callIms(world, `PATCH images/${id}`, { link })).toMatchObject({ status: 422 });
      await putText(aws, `${id}/rootfs`, 'bytes');
      expect(await callIms(world, `PATCH images/${id}`, { link })).toMatchObject({ id, link });
      await callIms(world, `PATCH jobs/${job.id}`, { resultant_image_id: id });
      expect(world.ims.jobs()).toMatchObject([{ id: job.id, resultant_image_id: id }]);
      expect(await world.keys()).toEqual([`${id}/manifest.json`, `${id}/rootfs`]);
      for (const proxy of Object.values(world.proxies)) expect(proxy.requests.length).toBeGreaterThan(0);
      expect(world.secrets()).toEqual(expect.arrayContaining([...world.tokens.tokens, world.objects.secretKey]));
    },
  );

  it('gives an object to anybody who has its address, through the proxy', async () => {
    const world = await startWorld();
    await putText(await storeClient(world), 'one/rootfs', 'the bytes');
    const before = world.proxies.s3.requests.length;
    const url = await world.presign('one/rootfs');
    expect(await curl(world, url)).toBe('the bytes');
    expect(await curl(world, url.replace(/Signature=.{4}/, 'Signature=0000'))).toContain('<Error>');
    expect(world.proxies.s3.requests.length).toBe(before + 2);
  });

  it('tells uploads that nobody has finished from objects', async () => {
    const world = await startWorld();
    const aws = await storeClient(world);
    expect(await world.unfinishedUploads()).toBe(0);
    await aws('s3api', 'create-multipart-upload', '--bucket', 'boot-images', '--key', 'one/rootfs');
    expect(await world.unfinishedUploads()).toBe(1);
    expect(await world.keys()).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    const world = await startWorld();
    await cleanUp();
    expect(await isRunning(world.objects.pid)).toBe(false);
    const addresses = [world.ims.url, world.tokens.url, ...Object.values(world.proxies).map(({ url }) => url)];
    for (const address of addresses) await expect(fetch(address)).rejects.toThrow('fetch failed');
  });
});
