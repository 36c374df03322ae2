// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir } from 'node:fs/promises';

import {
  cleanUp,
  createVolume,
  runProgram,
  spawnProgram,
  startFakeIms,
  startObjectStore,
  startTokenServer,
  type FakeIms,
  type ObjectStore,
  type Program,
  type ProgramEnd,
  type Volume,
} from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

afterEach(cleanUp);

const CLIENT_SECRET = 'a-client-secret-nobody-may-see';

interface World {
  readonly volume: Volume;
  readonly objects: ObjectStore;
  readonly ims: FakeIms;
  readonly jobId: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `ims-agent ARGS` to its end. */
  readonly call: (args: readonly string[], env?: Record<string, string>) => Promise<Program & { end: ProgramEnd }>;
}

async function startWorld(): Promise<World> {
  const volume = await createVolume({ action: 'create' });
  const clientId = 'admin-client';
  const tokens = await startTokenServer({ clientId, clientSecret: CLIENT_SECRET, lifetimeSeconds: 300 });
  const objects = await startObjectStore();
  const ims = await startFakeIms({ tokens, s3: objects });
  const { id: jobId } = ims.addJob({ job_type: 'create' });
  const env = {
    IMS_ACTION: 'create',
    IMS_JOB_ID: jobId,
    IMAGE_ROOT_ARCHIVE_NAME: 'an image',
    IMAGE_ROOT_PARENT: volume.parent,
    IMS_CA_DIR: `${volume.scratch}/ca`,
    IMS_TERMINATION_LOG: `${volume.scratch}/termination`,
    S3_BUCKET: objects.bucket,
    S3_HOST: objects.endpoint,
    S3_ACCESS_KEY: objects.accessKey,
    S3_SECRET_KEY: objects.secretKey,
    IMS_URL: ims.url,
    OAUTH_CLIENT_ENDPOINT: tokens.url,
    OAUTH_CLIENT_ID: clientId,
    OAUTH_CLIENT_SECRET: CLIENT_SECRET,
    OAUTHLIB_INSECURE_TRANSPORT: '1',
  };
  const call: World['call'] = async (args, more = {}) =>
    await runProgram({ app: 'agent', args, env: { ...env, ...more } });
  return { volume, objects, ims, jobId, env, call };
}

const keys = async ({ objects }: World, image: string): Promise<string[]> =>
  (await readdir(`${objects.directory}/${objects.bucket}/${image}`)).sort();

const jobOf = ({ ims, jobId }: World): unknown => ims.jobs().find(({ id }) => id === jobId);

describe('an agent that publishes in S3 and IMS', () => {
  it('H41 links one record, tells the job its image, and success last; verify reads all of it back', async () => {
    const world = await startWorld();
    const ran = await world.call(['run']);
    expect([ran.end.code, ran.stderr.includes('"level":"error"')]).toEqual([0, false]);
    const [image, ...others] = world.ims.images();
    expect(others).toEqual([]);
    const manifest = `s3://${world.objects.bucket}/${image?.id ?? ''}/manifest.json`;
    expect(image).toMatchObject({ name: 'an image', link: { path: manifest, type: 's3' } });
    expect(jobOf(world)).toMatchObject({ status: 'success', resultant_image_id: image?.id });
    expect(await keys(world, image?.id ?? '')).toEqual(['initrd', 'kernel', 'manifest.json', 'rootfs']);
    expect((await world.call(['verify', manifest])).end.code).toBe(0);
    for (const secret of [CLIENT_SECRET, world.objects.secretKey]) expect(ran.stderr).not.toContain(secret);
  });

  it('H4 exits with 51 when the image is published and IMS cannot be told, and resume tells it', async () => {
    const world = await startWorld();
    world.ims.failCleanup(1_000_000);
    const ran = await world.call(['run'], { IMS_OUTBOX_TIMEOUT: '1' });
    expect(ran.end.code).toBe(51);
    expect(ran.stderr).toContain('the image is published, but IMS does not know yet');
    expect(jobOf(world)).not.toMatchObject({ status: 'success' });
    world.ims.failCleanup(0);
    expect((await world.call(['resume'])).end.code).toBe(0);
    expect(jobOf(world)).toMatchObject({ status: 'success' });
    expect(world.ims.images()).toHaveLength(1);
  });

  it('H6 ends soon after SIGTERM although IMS is away', async () => {
    const world = await startWorld();
    world.ims.failCleanup(1_000_000);
    const agent = spawnProgram({ app: 'agent', args: ['run'], env: world.env });
    await agent.waitForLine('until IMS is told all');
    agent.kill('SIGTERM');
    expect(await agent.ended).toEqual({ code: 51, signal: null });
  });

  it('H12 fails at once on keys that S3 refuses, tells IMS, and leaves neither record nor object', async () => {
    const world = await startWorld();
    const refused = await world.call(['run'], { S3_SECRET_KEY: 'another-secret' });
    expect(refused.end.code).toBe(43);
    expect(world.ims.images()).toEqual([]);
    expect(jobOf(world)).toMatchObject({ status: 'error' });
    expect(refused.stderr).not.toContain('another-secret');
    expect((await world.call(['resume'])).end.code).toBe(0);
    expect(world.ims.images()).toHaveLength(1);
  });

  it('H14 names a wrong client secret, and publishes by resume when it is right', async () => {
    const world = await startWorld();
    const refused = await world.call(['run'], { OAUTH_CLIENT_SECRET: 'a-wrong-secret' });
    expect(refused.end.code).toBe(54);
    expect(refused.stderr).toContain('refuses the client');
    expect(refused.stderr).not.toContain('a-wrong-secret');
    expect((await world.call(['resume'])).end.code).toBe(0);
    expect(world.ims.images()).toHaveLength(1);
  });

  it('H2 registers its image although somebody has removed the record of the job', async () => {
    const world = await startWorld();
    const ran = await world.call(['run'], { IMS_JOB_ID: '0a1b2c3d-0000-4000-8000-00000000abcd' });
    expect(ran.end.code).toBe(0);
    expect(ran.stderr).toContain('IMS has no record of this job');
    expect(world.ims.images()).toMatchObject([{ link: { type: 's3' } }]);
  });

  it('says nothing to IMS when no records are kept', async () => {
    const world = await startWorld();
    const ran = await world.call(['run'], { IMS_REGISTRY: 'none' });
    expect([ran.end.code, world.ims.calls]).toEqual([0, []]);
  });
});
