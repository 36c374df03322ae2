// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete, flagIn, rootIn } from './support/finish.ts';
import { openPair } from './support/pair.ts';
import { publishedImage, publishedImages } from './support/published.ts';

afterEach(cleanUp);

const SECRET = 'the secret of the agent';

describe('H27 a boot file that is a link', () => {
  it.each([
    { link: 'relative', target: 'vmlinuz-6.1' },
    { link: 'absolute', target: '/boot/vmlinuz-6.1' },
    { link: 'by way of other links', target: '/etc/../boot/by-way' },
  ])('$link is resolved inside the image', async ({ target }) => {
    const prepare = async ({ imageRoot }: { imageRoot: string }): Promise<void> => {
      await rename(`${imageRoot}/boot/vmlinuz`, `${imageRoot}/boot/vmlinuz-6.1`);
      await symlink('/boot/vmlinuz-6.1', `${imageRoot}/boot/by-way`);
      await symlink(target, `${imageRoot}/boot/vmlinuz`);
    };
    const pair = await openPair({ jailed: true, prepare });
    await complete(pair);
    const { directory } = await publishedImage(pair.job);
    const wanted = await readFile(`${pair.volume.imageRoot}/boot/vmlinuz-6.1`, 'utf8');
    expect(await readFile(`${directory}/kernel`, 'utf8')).toBe(wanted);
  });

  it.each([{ jailed: true }, { jailed: false }])(
    'to a secret outside is refused and named, and the secret is published nowhere; jailed: $jailed',
    async (options) => {
      const pair = await openPair(options);
      const secret = `${pair.volume.scratch}/client-secret`;
      await writeFile(secret, SECRET);
      await pair.ssh(`ln -sf ../../../../../../../..${secret} ${rootIn(pair)}/boot/initrd`);
      await pair.ssh(`touch ${flagIn(pair, 'complete')}`);
      const { agent } = await pair.ends();
      expect([30, 31]).toContain(agent);
      const { reason, message } = await pair.status();
      expect(['PathEscapesRoot', 'ImageInvalid']).toContain(reason);
      expect(message).toContain('/boot/initrd');
      expect(await publishedImages(pair.job)).toEqual([]);
    },
  );

  it('is swapped for a secret after it was checked: what is published comes from inside, or nothing does', async () => {
    const pair = await openPair({ jailed: true });
    const secret = `${pair.volume.scratch}/client-secret`;
    await writeFile(secret, SECRET);
    const initrd = `${pair.volume.imageRoot}/boot/initrd`;
    const swaps = new AbortController();
    const swapping = (async () => {
      await rename(initrd, `${initrd}.real`);
      while (!swaps.signal.aborted) {
        for (const target of ['initrd.real', secret]) {
          await symlink(target, `${initrd}.new`);
          await rename(`${initrd}.new`, initrd);
        }
      }
    })();
    await pair.ssh('touch /tmp/complete');
    const { agent } = await pair.ends();
    swaps.abort();
    await swapping;
    // 34: mksquashfs found a name that was gone when it came to read it.
    expect([0, 30, 31, 34]).toContain(agent);
    for (const id of await publishedImages(pair.job)) {
      const published = await readFile(`${pair.job.store}/${id}/initrd`, 'utf8').catch(() => '');
      expect(published).not.toContain(SECRET);
    }
  });
});

describe('H23 kernel parameters', () => {
  it('that are missing are said, and the image is published without them', async () => {
    const pair = await openPair({ jailed: true });
    await pair.ssh('rm /boot/kernel-parameters');
    await complete(pair);
    const said = pair.agent.lines.filter(({ msg }) => /kernel.parameters/.test(msg ?? ''));
    expect(said.map(({ level }) => level)).toContain('warn');
    const names = (await pair.status()).artifacts.map(({ name }) => name);
    expect(names).toEqual(['rootfs', 'kernel', 'initrd']);
    expect((await publishedImage(pair.job)).manifest.artifacts).toHaveLength(3);
  });
});
