// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

import { removeTree, temporaryDirectory } from '@ims/testing';
import { judge, median, type Figure } from './figure.ts';
import { IMAGE_FORMATS, makeImage, type ImageFormat, type ImageKind } from './images.ts';
import { bundleOf, start } from './program.ts';
import { addressOf } from './raw-put.ts';
import { startSite, type Site } from './site.ts';
import { inTurn, timed, timedProgram, writeBack } from './timing.ts';

const run = promisify(execFile);

/** A Debian root as it is, several, and what is as large as a small image of a site. */
const IMAGES = {
  small: { roots: 1, noise: 0 },
  medium: { roots: 4, noise: 0 },
  large: { roots: 4, noise: 11 },
} as const satisfies Readonly<Record<string, ImageKind>>;

/** How often each image is prepared, in each format. */
export type Rounds = Readonly<Record<keyof typeof IMAGES, number>>;

/**
 * From the presigned address of an image to its root on the volume, beside curl and unsquashfs.
 *
 * @param on a directory in whose file system the volumes are; one of its own when left out
 */
export async function measurePreparing(rounds: Rounds, on?: string): Promise<Figure[]> {
  const site = await startSite();
  const figures: Figure[] = [];
  for (const format of IMAGE_FORMATS) {
    for (const name of Object.keys(IMAGES) as (keyof Rounds)[]) {
      if (rounds[name] === 0) continue;
      figures.push(...(await measureImage(site, { kind: IMAGES[name], format, rounds: rounds[name], on })));
    }
  }
  return figures;
}

interface Measured {
  readonly kind: ImageKind;
  readonly format: ImageFormat;
  readonly rounds: number;
  readonly on: string | undefined;
}

async function measureImage(site: Site, { kind, format, rounds, on }: Measured): Promise<Figure[]> {
  const { memory, volumes } = await disksOf(on);
  const archive = `${memory}/rootfs`;
  await makeImage(archive, kind, format);
  await site.aws('s3', 'cp', '--only-show-errors', archive, `s3://${site.objects.bucket}/rootfs`);
  const image = { address: addressOf(site.objects, 'GET', 'rootfs').href, md5: await md5Of(archive) };
  await writeBack();
  const [ours, bare, checked]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    await inTurn(round, [
      async () => {
        const parent = await emptyVolume(volumes);
        ours.push(await timed(async () => await prepare(parent, image)));
      },
      async () => {
        const parent = await emptyVolume(volumes);
        const { fetched, summed, unpacked } = await fetchBare(parent, image.address);
        bare.push(fetched + unpacked);
        checked.push(fetched + summed + unpacked);
      },
    ]);
  }
  const { size } = await stat(archive);
  for (const directory of [volumes, memory]) await removeTree(directory);
  const name = `prepare of ${(size / 1024 ** 2).toFixed(0)} MiB, ${format}, p50`;
  const measured = { name, value: median(ours), unit: 's', samples: rounds } as const;
  return [
    judge({
      ...measured,
      floor: { name: 'curl, then unsquashfs', value: median(bare) },
      target: { kind: 'at most', value: 1.15, of: 'ratio' },
    }),
    // What it does besides, for whoever would do it by hand: an image that is not the announced one is never unpacked.
    judge({ ...measured, floor: { name: 'curl, md5sum, unsquashfs', value: median(checked) } }),
  ];
}

async function prepare(parent: string, image: { readonly address: string; readonly md5: string }): Promise<void> {
  const agent = start(bundleOf('ims-agent'), ['prepare', parent, image.address], {
    IMS_JOB_ID: randomUUID(),
    IMS_REGISTRY: 'none',
    DOWNLOAD_MD5SUM: image.md5,
    IMS_TERMINATION_LOG: `${parent}/termination`,
    // Whatever is wrong, the bench ends.
    IMS_RETRY_TIMEOUT: '60',
  });
  const code = await agent.ended;
  if (code !== 0) throw new Error(`prepare ended with ${String(code)}: ${JSON.stringify(agent.lines.slice(-3))}`);
}

async function fetchBare(parent: string, address: string): Promise<Record<'fetched' | 'summed' | 'unpacked', number>> {
  const archive = `${parent}/image.sqsh`;
  const fetched = await timedProgram('curl', ['--silent', '--show-error', '--fail', '--output', archive, address]);
  const options = ['-force', '-xattrs', '-quiet', '-no-progress', '-dest', `${parent}/image-root`];
  const summed = await timedProgram('md5sum', [archive]);
  return { fetched, summed, unpacked: await timedProgram('unsquashfs', [...options, archive]) };
}

interface Disks {
  /** Where the archive is made. */
  readonly memory: string;
  /** Where it is unpacked. */
  readonly volumes: string;
}

async function disksOf(on: string | undefined): Promise<Disks> {
  const memory = await temporaryDirectory('preparing');
  await run('mount', ['-t', 'tmpfs', '-o', 'size=14g,mode=755', 'preparing', memory]);
  return { memory, volumes: on === undefined ? await memoryDisk(memory) : await temporaryDirectory('preparing', on) };
}

/**
 * A file system as a claim has one, in memory: what two runs on the same disk take differs by more than what is compared.
 * What it would do later by itself is done beforehand.
 */
async function memoryDisk(memory: string): Promise<string> {
  const [disk, volumes] = [`${memory}/disk`, `${memory}/volumes`];
  await mkdir(volumes);
  await run('truncate', ['--size', '6G', disk]);
  await run('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', disk]);
  await run('mount', ['-o', 'loop', disk, volumes]);
  return volumes;
}

async function emptyVolume(volumes: string): Promise<string> {
  const directory = `${volumes}/volume`;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  return directory;
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
