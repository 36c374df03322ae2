// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';

import { layoutOf } from '@ims/contract';
import type { Volume } from '@ims/preparation';
import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, temporaryDirectory } from '@ims/testing';

import {
  openVolume,
  refuseDoubtfulRoot,
  writeOutImageRoot,
  type VolumeOptions,
  type WrittenOut,
} from '../src/index.ts';

afterEach(cleanUp);

const JOB = '0bbd110a-297a-5bbe-bb64-b7b5c5bcede1';
const runner = createRunner({ logger: silentLogger });

/** What the note of an earlier start of the machine looks like. */
function anotherStart(parent: string, boot = '"another"'): void {
  const path = `${parent}/.ims/prepare.json`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"boot":"[^"]+"/, `"boot":${boot}`));
}

async function bench(): Promise<{
  parent: string;
  outside: string;
  place: VolumeOptions;
  open: (job?: string) => Volume;
}> {
  const outside = await temporaryDirectory('outside');
  const parent = await temporaryDirectory('volume');
  writeFileSync(`${outside}/precious`, 'precious\n');
  mkdirSync(`${parent}/.ims`, { mode: 0o700 });
  const layout = layoutOf({ parent, action: 'customize', jailed: false });
  return { parent, outside, place: { layout, job: JOB }, open: (job = JOB) => openVolume({ layout, job }) };
}

async function unpackInto(volume: Volume): Promise<void> {
  const directory = await volume.freshPlace();
  mkdirSync(directory);
  writeFileSync(`${directory}/etc`, 'unpacked\n');
}

describe('the volume of a prepare stage', () => {
  it('has an image root only when it is whole', async () => {
    const { parent, open } = await bench();
    const volume = open();
    await volume.clear();
    await unpackInto(volume);
    expect(existsSync(`${parent}/image-root`)).toBe(false);
    await volume.keep();
    await volume.moveIn();
    expect(readFileSync(`${parent}/image-root/etc`, 'utf8')).toBe('unpacked\n');
    expect(await volume.progress()).toBe('prepared');
  });

  it('knows after each step what a killed start had done', async () => {
    const { parent, open } = await bench();
    const first = open();
    await unpackInto(first);
    expect(await open().progress()).toBe('nothing');
    await first.keep();
    expect(await open().progress()).toBe('unpacked');
    await open().clear();
    await open().moveIn();
    await open().moveIn();
    expect(await open().progress()).toBe('prepared');
    expect(existsSync(`${parent}/image-root/etc`)).toBe(true);
  });

  it('counts nothing that was done for another job', async () => {
    const { parent, open } = await bench();
    const first = open();
    await unpackInto(first);
    await first.keep();
    await first.moveIn();
    const other = open('0bbd110a-297a-5bbe-bb64-b7b5c5bcede2');
    expect(await other.progress()).toBe('nothing');
    expect(await other.clear()).toContain('image-root');
    expect(existsSync(`${parent}/image-root`)).toBe(false);
  });

  it('does not believe its note when the machine was started anew, or cannot tell whether it was', async () => {
    for (const boot of ['"another"', 'null']) {
      const { parent, open } = await bench();
      const first = open();
      await unpackInto(first);
      await first.keep();
      await first.moveIn();
      anotherStart(parent, boot);
      expect(await open().progress()).toBe('doubtful');
      expect(await open().clear()).toContain('image-root');
    }
  });

  it('believes it for good once the image root is written out, which is done once', async () => {
    const { parent, open, place } = await bench();
    const first = open();
    await unpackInto(first);
    await first.keep();
    const writeOut = async (): Promise<WrittenOut> =>
      await writeOutImageRoot({ ...place, runner, signal: new AbortController().signal });
    expect(await writeOut()).toBe('nothing to do');
    await first.moveIn();
    expect(await writeOut()).toBe('written out');
    expect(await writeOut()).toBe('nothing to do');
    anotherStart(parent);
    expect(await open().progress()).toBe('prepared');
    await refuseDoubtfulRoot(place);
  });

  it('is refused for good, and never written out, when the machine was started anew before', async () => {
    const { parent, open, place } = await bench();
    const first = open();
    await unpackInto(first);
    await first.keep();
    await first.moveIn();
    anotherStart(parent);
    const options = { ...place, runner, signal: new AbortController().signal };
    expect(await writeOutImageRoot(options)).toBe('nothing to do');
    await expect(refuseDoubtfulRoot(place)).rejects.toMatchObject({ reason: 'ImageInvalid' });
    expect(existsSync(`${parent}/image-root/etc`)).toBe(true);
  });

  it('does not believe its note when the image root is gone', async () => {
    const { parent, open } = await bench();
    writeFileSync(`${parent}/.ims/prepare.json`, JSON.stringify({ job: JOB, progress: 'prepared' }));
    expect(await open().progress()).toBe('nothing');
    writeFileSync(`${parent}/.ims/prepare.json`, '{ half a no');
    expect(await open().progress()).toBe('nothing');
  });

  it('H21 clears every flag and product of an earlier job, `failed` too, links themselves', async () => {
    const { parent, outside, open } = await bench();
    const flags = ['ready', 'complete', 'failed', 'exiting', 'build_failed', 'transfer.sqsh'];
    for (const flag of flags.slice(1)) writeFileSync(`${parent}/${flag}`, '');
    symlinkSync(`${outside}/precious`, `${parent}/ready`);
    writeFileSync(`${parent}/notes-of-a-person`, '');
    expect((await open().clear()).toSorted()).toEqual(flags.toSorted());
    expect(existsSync(`${outside}/precious`)).toBe(true);
    expect(existsSync(`${parent}/notes-of-a-person`)).toBe(true);
  });

  it('H27 replaces a link in the place of the image root instead of writing through it', async () => {
    const { parent, outside, open } = await bench();
    symlinkSync(outside, `${parent}/image-root`);
    const volume = open();
    await unpackInto(volume);
    await volume.keep();
    await volume.moveIn();
    expect(lstatSync(`${parent}/image-root`).isDirectory()).toBe(true);
    expect(existsSync(`${outside}/etc`)).toBe(false);
    expect(existsSync(`${outside}/precious`)).toBe(true);
  });

  it('H27 removes what was half unpacked without following its links', async () => {
    const { outside, open } = await bench();
    const volume = open();
    const directory = await volume.freshPlace();
    mkdirSync(`${directory}/deep`, { recursive: true });
    symlinkSync(outside, `${directory}/deep/link`);
    symlinkSync(`${outside}/precious`, `${directory}/link`);
    const again = await open().freshPlace();
    // Whoever outlived an earlier start and writes on finds neither his directory nor ours.
    expect(again).not.toBe(directory);
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(again)).toBe(false);
    expect(existsSync(`${outside}/precious`)).toBe(true);
  });

  it("says when the pair has begun, whose image root is a user's work", async () => {
    const { parent, open } = await bench();
    expect(await open().hasBegun()).toBe(false);
    writeFileSync(`${parent}/.ims/journal.jsonl`, '');
    expect(await open().hasBegun()).toBe(true);
  });
});
