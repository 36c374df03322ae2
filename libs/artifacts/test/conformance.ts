// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ARTIFACTS, encodeManifest, manifestOf, type ArtifactName } from '@ims/contract';
import type { ArtifactStore } from '@ims/export';
import { Failure } from '@ims/runtime';
import { imageOf, never, packedSourceOf, silent, sourceOf } from './sources.ts';

/** A store and a way to look into it that does not go through it. */
export interface StoreUnderTest {
  readonly store: ArtifactStore;
  /** The bytes at an artifact's or manifest's path; rejects when nothing is there. */
  readObject(path: string): Promise<Uint8Array>;
  /** The names of everything that is held for an image, finished or not. */
  listObjects(imageId: string): Promise<readonly string[]>;
  /** Puts other bytes in the place of an artifact, with all else that is known of it left as it was. */
  swapObject(path: string, bytes: Uint8Array): Promise<void>;
  dispose(): Promise<void>;
}

const NAMES = Object.keys(ARTIFACTS) as ArtifactName[];
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What every artifact store must do, whatever it is made of. */
export function describeStoreConformance(suite: { name: string; makeStore: () => Promise<StoreUnderTest> }): void {
  describe(`${suite.name} as an artifact store`, () => {
    let subject: StoreUnderTest;
    let image = imageOf(randomUUID());
    beforeEach(async () => {
      subject = await suite.makeStore();
      image = imageOf(randomUUID());
    });
    afterEach(async () => {
      await subject.dispose();
    });
    const put = async (name: ArtifactName, bytes: Uint8Array, changes = {}) =>
      await subject.store.put(image, sourceOf(name, bytes, changes), { onProgress: silent, signal: never });

    it.each(NAMES)('H20 holds a %s bit by bit and tells its size and checksums', async (name) => {
      const bytes = randomBytes(3_000_001);
      const stored = await put(name, bytes);
      expect(stored).toMatchObject({ name, type: ARTIFACTS[name].mime, size: 3_000_001 });
      expect(stored).toMatchObject({ md5: md5(bytes), sha256: sha256(bytes) });
      expect(stored.etag).not.toBe('');
      expect(Buffer.from(await subject.readObject(stored.path)).equals(bytes)).toBe(true);
    });

    it.each([0, 1, 1024 * 1024, 20_000_003])('holds %i bytes, in pieces of any size', async (size) => {
      const bytes = randomBytes(size);
      const stored = await put('rootfs', bytes, { piece: 999_983 });
      expect(Buffer.from(await subject.readObject(stored.path)).equals(bytes)).toBe(true);
    });

    it('reports growing bytes that end at the size', async () => {
      const seen: number[] = [];
      const onProgress = (done: number, total: number) => {
        expect(total).toBe(200_000);
        seen.push(done);
      };
      await subject.store.put(image, sourceOf('kernel', randomBytes(200_000)), { onProgress, signal: never });
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).toBe(200_000);
    });

    it('H3 storing the same bytes again changes nothing, and nothing is held twice', async () => {
      const bytes = randomBytes(500_000);
      const first = await put('initrd', bytes);
      expect(await put('initrd', bytes)).toEqual(first);
      expect(await subject.listObjects(image.imageId)).toEqual(['initrd']);
    });

    it('H18 replaces what another run stored under that name, also when it is as long', async () => {
      await put('rootfs', randomBytes(500_000));
      for (const bytes of [randomBytes(500_000), randomBytes(400_000)]) {
        const stored = await put('rootfs', bytes);
        expect(Buffer.from(await subject.readObject(stored.path)).equals(bytes)).toBe(true);
      }
      expect(await subject.listObjects(image.imageId)).toEqual(['rootfs']);
    });

    it.each([
      ['fewer', 1_000_001],
      ['more', 999_999],
    ])('H20 a source that gives %s bytes than it said is not stored', async (_, size) => {
      await expect(put('rootfs', randomBytes(1_000_000), { size })).rejects.toMatchObject({
        reason: 'VerificationFailed',
      });
      expect(await subject.listObjects(image.imageId)).toEqual([]);
    });

    it.each([0, 1_000_000, 20_000_003])('H20 holds %i bytes whose sums were taken before', async (size) => {
      const bytes = randomBytes(size);
      const source = await packedSourceOf(bytes);
      const options = { onProgress: silent, signal: never };
      const stored = await subject.store.put(image, source, options);
      expect(stored).toMatchObject({ size, md5: md5(bytes), sha256: sha256(bytes) });
      expect(Buffer.from(await subject.readObject(stored.path)).equals(bytes)).toBe(true);
      expect(await subject.store.put(image, source, options)).toEqual(stored);
      expect(await subject.listObjects(image.imageId)).toEqual(['rootfs']);
    });

    it.each([1_000_000, 20_000_003])('H20 of %i bytes that have changed since nothing is stored', async (size) => {
      const packed = randomBytes(size);
      const bytes = Buffer.from(packed);
      bytes.writeUInt8(bytes.readUInt8(size - 1) ^ 1, size - 1);
      const putting = subject.store.put(image, await packedSourceOf(packed, bytes), {
        onProgress: silent,
        signal: never,
      });
      await expect(putting).rejects.toMatchObject({
        reason: 'VerificationFailed',
        message: expect.stringContaining('has changed since it was packed') as string,
      });
      expect(await subject.listObjects(image.imageId)).toEqual([]);
    });

    it('an aborted one leaves nothing and rejects with why', async () => {
      const stop = new AbortController();
      const onProgress = () => stop.abort(new Failure('Interrupted', 'SIGTERM'));
      const putting = subject.store.put(image, sourceOf('rootfs', randomBytes(9_000_000)), {
        onProgress,
        signal: stop.signal,
      });
      await expect(putting).rejects.toMatchObject({ reason: 'Interrupted' });
      expect(await subject.listObjects(image.imageId)).toEqual([]);
    });

    it('a source that fails is passed on as it failed and leaves nothing', async () => {
      const broken = {
        ...sourceOf('rootfs', randomBytes(1_000_000)),
        async *stream() {
          yield randomBytes(65536);
          throw new Failure('ImageInvalid', 'the disk gave up');
        },
      };
      const putting = subject.store.put(image, broken, { onProgress: silent, signal: never });
      await expect(putting).rejects.toMatchObject({ reason: 'ImageInvalid', message: 'the disk gave up' });
      expect(await subject.listObjects(image.imageId)).toEqual([]);
    });

    it.each(['../../etc', '', 'a/b', '.', 'not-a-uuid', `${randomUUID()}/..`, randomUUID().toUpperCase()])(
      'H27 the image id %j is refused',
      async (imageId) => {
        image = imageOf(imageId);
        await expect(put('kernel', randomBytes(10))).rejects.toMatchObject({ reason: 'ConfigurationInvalid' });
        await expect(subject.store.putManifest(image, '{}', never)).rejects.toMatchObject({
          reason: 'ConfigurationInvalid',
        });
      },
    );

    it('a put that was aborted with a checkpoint and is done again ends right, and nothing else is held', async () => {
      const bytes = randomBytes(20_000_003);
      const saved: string[] = [];
      const putting = async (signal: AbortSignal, onProgress: () => void) => {
        const checkpoint = {
          found: saved.at(-1),
          save: async (text: string) => {
            saved.push(text);
          },
        };
        return await subject.store.put(image, sourceOf('rootfs', bytes), { onProgress, signal, checkpoint });
      };
      const stop = new AbortController();
      const aborted = putting(stop.signal, () => {
        stop.abort(new Failure('Interrupted', 'SIGTERM'));
      });
      await expect(aborted).rejects.toMatchObject({ reason: 'Interrupted' });
      const stored = await putting(never, silent);
      expect(Buffer.from(await subject.readObject(stored.path)).equals(bytes)).toBe(true);
      expect(await subject.listObjects(image.imageId)).toEqual(['rootfs']);
    });

    it('discards all that is held of an image and nothing of another, however often', async () => {
      const other = imageOf(randomUUID());
      await subject.store.put(other, sourceOf('kernel', randomBytes(10)), { onProgress: silent, signal: never });
      const stored = [await put('rootfs', randomBytes(100_000)), await put('kernel', randomBytes(1000))];
      const text = encodeManifest(manifestOf(stored, new Date(0), subject.store.linkType));
      await subject.store.putManifest(image, text, never);
      for (let times = 0; times < 2; times++) await subject.store.discard(image, never);
      expect(await subject.listObjects(image.imageId)).toEqual([]);
      expect(await subject.listObjects(other.imageId)).toEqual(['kernel']);
    });

    describe('the manifest', () => {
      const manifestText = async () => {
        const stored = [await put('rootfs', randomBytes(100_000)), await put('kernel', randomBytes(1000))];
        return encodeManifest(manifestOf(stored, new Date(0), subject.store.linkType));
      };

      it('is held as it was given, and again when it is given again', async () => {
        const text = await manifestText();
        const location = await subject.store.putManifest(image, text, never);
        expect(Buffer.from(await subject.readObject(location.path)).toString()).toBe(text);
        expect(await subject.store.putManifest(image, text, never)).toEqual(location);
        expect([...(await subject.listObjects(image.imageId))].sort()).toEqual(['kernel', 'manifest.json', 'rootfs']);
      });

      it('H41 is refused while an artifact that it names is not held in full', async () => {
        const text = await manifestText();
        const lying = text.replace('"size": 1000', '"size": 1001');
        const elsewhere = text.replaceAll('/kernel"', '/initrd"');
        for (const wrong of [lying, elsewhere, 'no json', '{"version":"2.0"}']) {
          await expect(subject.store.putManifest(image, wrong, never)).rejects.toMatchObject({
            reason: 'VerificationFailed',
          });
        }
        expect([...(await subject.listObjects(image.imageId))].sort()).toEqual(['kernel', 'rootfs']);
      });

      it('H20 is refused when an artifact that it names has become another of the same length', async () => {
        const stored = await put('rootfs', randomBytes(100_000));
        const text = encodeManifest(manifestOf([stored], new Date(0), subject.store.linkType));
        await subject.swapObject(stored.path, randomBytes(100_000));
        await expect(subject.store.putManifest(image, text, never)).rejects.toMatchObject({
          reason: 'VerificationFailed',
          message: expect.stringContaining('/rootfs') as string,
        });
        expect(await subject.listObjects(image.imageId)).toEqual(['rootfs']);
      });
    });
  });
}
