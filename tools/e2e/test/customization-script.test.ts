// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, temporaryDirectory } from '@ims/testing';

import { complete } from './support/finish.ts';
import { openPair, startPair, type Pair } from './support/pair.ts';
import { publishedImage, publishedImages } from './support/published.ts';

afterEach(cleanUp);

async function withScript(
  text: string,
  options: { jailed?: boolean; mode?: number; env?: Record<string, string> } = {},
): Promise<Pair> {
  const script = `${await temporaryDirectory('script')}/run_script.sh`;
  await writeFile(script, text, { mode: options.mode ?? 0o755 });
  return await startPair({
    jailed: options.jailed ?? false,
    sshdEnv: { ...options.env, CUSTOMIZATION_SCRIPT: script },
  });
}

describe('H8 a customization script', () => {
  it('that exits early with an error ends both halves with 12 and its last words', async () => {
    const pair = await withScript('#!/bin/sh\necho no such driver >&2\nexit 3\n');
    expect(await pair.ends()).toEqual({ agent: 12, sshd: 12 });
    const { phase, reason, message } = await pair.status();
    expect({ phase, reason }).toEqual({ phase: 'Failed', reason: 'ScriptFailed' });
    expect(message).toContain('exited with 3');
    expect(message).toContain('no such driver');
    expect(await publishedImages(pair.job)).toEqual([]);
  });

  it('that is killed ends both halves too', async () => {
    const pair = await withScript('#!/bin/sh\nkill -9 $$\n');
    expect(await pair.ends()).toEqual({ agent: 12, sshd: 12 });
    expect((await pair.status()).reason).toBe('ScriptFailed');
  });

  it('that does not exist is said and skipped', async () => {
    const pair = await openPair({ sshdEnv: { CUSTOMIZATION_SCRIPT: '/nowhere/run_script.sh' } });
    const { level } = await pair.sshd.waitForLine('does not exist and is skipped');
    expect(level).toBe('warn');
    await complete(pair);
  });

  it.each([
    { how: 'by the name that it is given', jailed: true, mode: 0o755, flag: '"$SIGNAL_FILE_COMPLETE"' },
    { how: 'by the path that it knows', jailed: false, mode: 0o755, flag: '"$IMAGE_ROOT_PARENT/complete"' },
    { how: 'without an executable bit', jailed: true, mode: 0o644, flag: '"$SIGNAL_FILE_COMPLETE"' },
  ])('may say complete itself, $how, and the image is published', async ({ flag, ...options }) => {
    const pair = await withScript(`#!/bin/sh\necho scripted > "$IMAGE_ROOT_DIR/etc/motd" && touch ${flag}\n`, options);
    expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
    expect((await publishedImage(pair.job)).record.link).not.toBeNull();
  });

  it('may say failed itself, sees all that its container was given, and needs no first line', async () => {
    const pair = await withScript(
      'env > "$IMAGE_ROOT_DIR/seen"\n' +
        'echo "not today" > "$SIGNAL_FILE_FAILED.n" && mv "$SIGNAL_FILE_FAILED.n" "$SIGNAL_FILE_FAILED"\n',
      {
        env: {
          HOME: '/root',
          KUBERNETES_SERVICE_HOST: '10.96.0.1',
          SITE_MOTTO: 'two\nlines',
          IMS_ARCH: 'none',
          MALLOC_ARENA_MAX: '1',
        },
      },
    );
    expect(await pair.ends()).toEqual({ agent: 10, sshd: 10 });
    expect((await pair.status()).message).toContain('not today');
    const seen = `\n${await readFile(`${pair.volume.imageRoot}/seen`, 'utf8')}`;
    const { parent, imageRoot } = pair.volume;
    const given = {
      ...pair.job.sshdEnv,
      HOME: '/root',
      SITE_MOTTO: 'two\nlines',
      KUBERNETES_SERVICE_HOST: '10.96.0.1',
    };
    const ours = { IMS_ARCH: 'x86_64', IMAGE_ROOT_DIR: imageRoot, SIGNAL_FILE_COMPLETE: `${parent}/complete` };
    for (const [name, value] of Object.entries({ ...given, ...ours })) {
      const isOfTheImage = name === 'MALLOC_ARENA_MAX';
      expect(seen.includes(`\n${name}=${value}\n`), name).toBe(!isOfTheImage);
    }
  });
});
