// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { pathOf } from './builds.ts';
import { run } from './commands.ts';
import { PAUSE_IMAGE } from './containerd.ts';
import { ctr, loadImage } from './images.ts';
import type { Layout } from './layout.ts';

/** Brings in the image that every pod begins with; its archive is made once and kept in the cache. */
export async function providePauseImage(layout: Layout): Promise<void> {
  const there = await ctr(layout, 'images', 'list', '--quiet');
  if (there.split('\n').includes(PAUSE_IMAGE)) return;
  const binary = await pathOf(layout, 'pause');
  const archive = `${binary}.tar`;
  if (!existsSync(archive)) await writeArchive(binary, archive);
  await loadImage(layout, archive);
}

/** The two files that make an archive of one layer an image, as `docker save` would write them. */
export function descriptions(layer: Buffer): { readonly 'config.json': string; readonly 'manifest.json': string } {
  const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const config = {
    os: 'linux',
    architecture: { x64: 'amd64' }[process.arch as string] ?? process.arch,
    config: { Entrypoint: ['/pause'] },
    rootfs: { type: 'layers', diff_ids: [digest] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [PAUSE_IMAGE], Layers: ['layer.tar'] }];
  return { 'config.json': JSON.stringify(config), 'manifest.json': JSON.stringify(manifest) };
}

async function writeArchive(binary: string, archive: string): Promise<void> {
  const directory = await mkdtemp(`${archive}-`);
  const tar = async (from: string, file: string, ...names: readonly string[]): Promise<string> =>
    await run(
      'tar',
      '--create',
      '--owner=0',
      '--group=0',
      '--file',
      `${directory}/${file}`,
      '--directory',
      from,
      ...names,
    );
  try {
    await tar(dirname(binary), 'layer.tar', 'pause');
    const files = descriptions(await readFile(`${directory}/layer.tar`));
    for (const [name, text] of Object.entries(files)) await writeFile(`${directory}/${name}`, text);
    await tar(directory, 'image.tar', 'layer.tar', ...Object.keys(files));
    await rename(`${directory}/image.tar`, archive);
  } finally {
    await rm(directory, { recursive: true });
  }
}
