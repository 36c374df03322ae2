// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Manifest } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { recordingLogger } from '@ims/testing';
import { describe, expect, it } from 'vitest';

import type { ArtifactStore, ExportPorts } from '../src/index.ts';
import { newWorld, refusing, runIn, type RunOptions, type World } from './support/world.ts';

const CREATE: RunOptions = { settings: { action: 'create' } };

const withStore =
  (put: (store: ArtifactStore) => ArtifactStore['put']) =>
  ({ store }: ExportPorts): Partial<ExportPorts> => ({ store: { ...store, put: put(store) } });

const packs = (world: World): number => world.did.filter((what) => what === 'pack').length;

describe('artifacts', () => {
  it('are stored side by side, and the manifest names them in the order of the contract', async () => {
    const world = newWorld();
    const begun: string[] = [];
    const initrdIsStored = Promise.withResolvers<undefined>();
    let manifest = '';
    const ports = ({ store }: ExportPorts): Partial<ExportPorts> => ({
      store: {
        ...store,
        put: async (image, source, options) => {
          begun.push(source.name);
          if (source.name !== 'initrd') await initrdIsStored.promise;
          const artifact = await store.put(image, source, options);
          initrdIsStored.resolve(undefined);
          return artifact;
        },
        putManifest: async (image, text, signal) => {
          manifest = text;
          return await store.putManifest(image, text, signal);
        },
      },
    });
    expect((await runIn(world, { ...CREATE, ports })).phase).toBe('Succeeded');
    expect(begun).toEqual(['rootfs', 'kernel', 'initrd']);
    const paths = (JSON.parse(manifest) as Manifest).artifacts.map(({ link }) => link.path);
    expect(paths).toEqual(['/image-1/rootfs', '/image-1/kernel', '/image-1/initrd']);
  });

  it('H20 the archive is stored with the sums that were taken when it was packed, also by another start', async () => {
    const world = newWorld();
    const sums = { md5: 'm', sha256: 's', partBytes: 8, partsSha256: 'p' };
    const seen: unknown[] = [];
    const ports = ({ packer, store }: ExportPorts): Partial<ExportPorts> => ({
      packer: { pack: async (...args) => ({ ...(await packer.pack(...args)), sums }) },
      store: {
        ...store,
        put: async (image, source, options) => {
          seen.push([source.name, source.sums]);
          if (seen.length < 4) throw new Failure('StoreUnavailable', 'the store is away');
          return await store.put(image, source, options);
        },
      },
    });
    const ends = [];
    for (let start = 0; start < 2; start += 1) ends.push((await runIn(world, { ...CREATE, ports })).phase);
    expect([ends, packs(world)]).toEqual([['Failed', 'Succeeded'], 1]);
    const each = [
      ['rootfs', sums],
      ['kernel', undefined],
      ['initrd', undefined],
    ];
    expect(seen).toEqual([...each, ...each]);
  });

  it('end with the first that fails: the others are aborted and its cause is the reason', async () => {
    const world = newWorld();
    const aborted: string[] = [];
    const ports = withStore(() => async (_image, { name }, { signal }) => {
      if (name === 'kernel') throw new Failure('StoreUnavailable', 'the disk is away');
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(name);
          reject(signal.reason as Error);
        });
      });
      throw new Error('not reached');
    });
    const last = await runIn(world, { ...CREATE, ports });
    expect(last).toMatchObject({ phase: 'Failed', reason: 'StoreUnavailable' });
    expect(aborted).toEqual(['rootfs', 'initrd']);
  });

  it('are all opened before one is stored, and closed however it ends', async () => {
    const world = newWorld();
    const closed: string[] = [];
    const ports = ({ artifacts }: ExportPorts): Partial<ExportPorts> => ({
      artifacts: {
        ...artifacts,
        open: async (name) => {
          if (name === 'initrd') throw new Failure('ImageInvalid', 'the initrd is gone');
          const source = await artifacts.open(name);
          return source && { ...source, close: () => Promise.resolve(void closed.push(name)) };
        },
      },
    });
    expect(await runIn(world, { ...CREATE, ports })).toMatchObject({ reason: 'ImageInvalid' });
    expect(closed.sort()).toEqual(['kernel', 'rootfs']);
    expect(world.did.filter((what) => what.startsWith('put'))).toEqual([]);
  });

  it('go on from the last checkpoint of theirs, and only those that are not stored yet', async () => {
    const world = newWorld();
    const found: (string | undefined)[] = [];
    const ports = withStore((store) => async (image, source, options) => {
      if (source.name !== 'rootfs') return await store.put(image, source, options);
      found.push(options.checkpoint?.found);
      await options.checkpoint?.save(`part ${String(found.length)}`);
      // The others are durable by then.
      while (world.objects.size < 2) await new Promise(setImmediate);
      if (found.length < 3) throw new Failure('TransferStalled', 'no byte for a minute');
      return await store.put(image, source, options);
    });
    const ends = [];
    for (let start = 0; start < 3; start += 1) ends.push((await runIn(world, { ...CREATE, ports })).phase);
    expect(ends).toEqual(['Failed', 'Failed', 'Succeeded']);
    expect(found).toEqual([undefined, 'part 1', 'part 2']);
    expect([...world.objects.values()]).toEqual([1, 1, 1, 1]);
  });
});

describe('the image record', () => {
  it('H2 is asked for while the image is packed, and delays nothing but the storing', async () => {
    const world = newWorld();
    const isPacked = Promise.withResolvers<undefined>();
    const ports = ({ registry, packer }: ExportPorts): Partial<ExportPorts> => ({
      packer: {
        pack: async (onProgress, signal) => {
          const packed = await packer.pack(onProgress, signal);
          isPacked.resolve(undefined);
          return packed;
        },
      },
      registry: {
        ...registry,
        create: async (job, signal) => {
          await isPacked.promise;
          return await registry.create(job, signal);
        },
      },
    });
    expect((await runIn(world, { ...CREATE, ports })).phase).toBe('Succeeded');
  });

  it('H2 is asked for once more when asking had failed while the image was packed', async () => {
    const world = newWorld();
    const logger = recordingLogger();
    let asked = 0;
    const ports = ({ registry, packer }: ExportPorts): Partial<ExportPorts> => ({
      logger,
      packer: {
        pack: async (onProgress, signal) => {
          await new Promise(setImmediate);
          return await packer.pack(onProgress, signal);
        },
      },
      registry: {
        ...registry,
        create: async (job, signal) => {
          asked += 1;
          if (asked === 1) throw new Failure('ImsUnavailable', 'IMS answers 503');
          return await registry.create(job, signal);
        },
      },
    });
    expect((await runIn(world, { ...CREATE, ports })).phase).toBe('Succeeded');
    expect([asked, packs(world)]).toEqual([2, 1]);
    expect(logger.messages('warn')).toHaveLength(1);
  });

  it('is not waited for by a job whose packing has failed', async () => {
    const world = newWorld();
    const ports = ({ registry }: ExportPorts): Partial<ExportPorts> => ({
      packer: { pack: () => Promise.reject(new Failure('PackingFailed', 'mksquashfs was killed')) },
      registry: {
        ...registry,
        create: async (_job, signal) =>
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
          }),
      },
    });
    expect(await runIn(world, { ...CREATE, ports })).toMatchObject({ reason: 'PackingFailed' });
    expect((await runIn(world, CREATE)).phase).toBe('Succeeded');
    expect(world.created).toBe(1);
  });
});

describe('a job that fails for good', () => {
  it('H3 takes back its record and its objects, and begins again from the packed archive', async () => {
    const world = newWorld();
    const last = await runIn(world, { ...CREATE, ports: refusing('initrd') });
    expect(last).toMatchObject({ phase: 'Failed', reason: 'StoreRefused' });
    expect([world.records.size, world.objects.size]).toEqual([0, 0]);
    expect(world.did.slice(-4)).toEqual(['withdraw', 'journal withdrawn', 'discard', 'journal ended']);
    expect((await runIn(world, CREATE)).phase).toBe('Succeeded');
    expect([...world.records.keys(), packs(world)]).toEqual(['image-2', 1]);
  });

  it('H3 keeps everything when the cause may pass', async () => {
    const world = newWorld();
    const ports = ({ registry }: ExportPorts): Partial<ExportPorts> => ({
      registry: { ...registry, link: () => Promise.reject(new Failure('ImsUnavailable', 'IMS answers 503')) },
    });
    expect(await runIn(world, { ...CREATE, ports })).toMatchObject({ reason: 'ImsUnavailable' });
    expect([world.records.size, world.objects.size]).toEqual([1, 4]);
    expect((await runIn(world, CREATE)).phase).toBe('Succeeded');
    expect([...world.objects.values()]).toEqual([1, 1, 1, 1]);
  });

  it('H3 never takes back an image that is linked to its record', async () => {
    const world = newWorld();
    const ports = ({ registry }: ExportPorts): Partial<ExportPorts> => ({
      registry: { ...registry, announce: () => Promise.reject(new Failure('ImsRefused', 'there is no such job')) },
    });
    expect(await runIn(world, { ...CREATE, ports })).toMatchObject({ reason: 'ImsRefused' });
    expect([...world.records.values()]).toEqual(['/image-1/manifest.json']);
    expect(world.objects.size).toBe(4);
    expect((await runIn(world, CREATE)).phase).toBe('Succeeded');
    expect(world.records.size).toBe(1);
  });

  it('says once what it cannot take back, and the next start goes on with it', async () => {
    const world = newWorld();
    const logger = recordingLogger();
    const ports = (working: ExportPorts): Partial<ExportPorts> => ({
      ...refusing('initrd')(working),
      logger,
      registry: { ...working.registry, withdraw: () => Promise.reject(new Failure('TokenRefused', 'wrong secret')) },
    });
    await runIn(world, { ...CREATE, ports });
    expect(logger.messages('warn')).toHaveLength(1);
    expect(world.journal.map(({ step }) => step)).not.toContain('withdrawn');
    expect((await runIn(world, CREATE)).phase).toBe('Succeeded');
    expect(world.created).toBe(1);
  });

  it('takes away by its next start what could not be discarded', async () => {
    const world = newWorld();
    const ports = (working: ExportPorts): Partial<ExportPorts> => {
      const refused = refusing('initrd')(working).store ?? working.store;
      const discard = () => Promise.reject(new Failure('StoreRefused', 'no right to remove'));
      return { store: { ...refused, discard } };
    };
    await runIn(world, { ...CREATE, ports });
    expect([...world.objects.keys()]).toEqual(['image-1/rootfs', 'image-1/kernel']);
    expect((await runIn(world, CREATE)).phase).toBe('Succeeded');
    expect([...world.objects.keys()].every((key) => key.startsWith('image-2/'))).toBe(true);
  });
});

describe('a second start', () => {
  it('adds to the history and the timings of the first, the time between them left out', async () => {
    const world = newWorld();
    await runIn(world, CREATE);
    const { history = [] } = world.statuses.at(-1) ?? {};
    await runIn(world, { ...CREATE, earlier: { history, timings: { Packaging: 2 } } });
    expect(world.statuses.at(-1)?.history.map(([phase]) => phase)).toEqual([
      ...history.map(([phase]) => phase),
      'Starting',
      'Succeeded',
    ]);
    expect(world.statuses.at(-1)?.timings).toEqual({ Packaging: 2, Starting: 0 });
  });
});

describe('an agent that only packs', () => {
  const PACK: RunOptions = { settings: { action: 'customize', goal: 'packed' } };

  it('opens no shell, tells nobody outside, and leaves an archive that the next start publishes', async () => {
    const world = newWorld();
    const last = await runIn(world, PACK);
    expect(last).toMatchObject({ phase: 'Uploading', packed: { size: 10 } });
    expect(world.did).toEqual(['journal opened', 'inject CA', 'journal closed', 'restore', 'pack', 'journal packed']);
    expect(world.statuses.map(({ phase }) => phase)).toEqual(['Starting', 'Validating', 'Packaging']);
    expect((await runIn(world)).phase).toBe('Succeeded');
    expect(packs(world)).toBe(1);
  });

  it('packs nothing twice', async () => {
    const world = newWorld();
    await runIn(world, PACK);
    expect((await runIn(world, PACK)).phase).toBe('Uploading');
    expect(packs(world)).toBe(1);
  });

  it('releases nobody when it fails', async () => {
    const world = newWorld();
    const inspector = { inspect: () => Promise.resolve([{ reason: 'ImageInvalid', message: 'no kernel' }] as const) };
    expect(await runIn(world, { ...PACK, ports: { inspector } })).toMatchObject({ reason: 'ImageInvalid' });
    expect(world.board.calls).toEqual([]);
  });
});
