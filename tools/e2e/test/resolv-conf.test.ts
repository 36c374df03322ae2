// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readlink, readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete, rootIn } from './support/finish.ts';
import { openPair } from './support/pair.ts';
import { unpack } from './support/published.ts';

afterEach(cleanUp);

const ORIGINAL = 'nameserver 192.0.2.1\n';

describe.each([{ jailed: true }, { jailed: false }])('H1 /etc/resolv.conf, jailed: $jailed', ({ jailed }) => {
  it.each([
    { did: 'deletes it', command: 'rm $F', published: ORIGINAL },
    { did: 'does not touch it', command: ':', published: ORIGINAL },
    { did: 'replaces it', command: 'echo mine > $F.new && mv $F.new $F', published: 'mine\n' },
    { did: 'writes into it', command: 'echo "# mine" >> $F', published: /^nameserver 198[^]*# mine\n$/ },
  ])('that the user $did: the image is published with the right one', async ({ command, published }) => {
    const prepare = async ({ imageRoot }: { imageRoot: string }): Promise<void> => {
      await writeFile(`${imageRoot}/etc/resolv.conf`, ORIGINAL);
    };
    const pair = await openPair({ jailed, prepare });
    expect(await pair.ssh(`F=${rootIn(pair)}/etc/resolv.conf; ${command}`)).toMatchObject({ code: 0 });
    await complete(pair);
    const text = await readFile(`${await unpack(pair.job)}/etc/resolv.conf`, 'utf8');
    if (typeof published === 'string') expect(text).toBe(published);
    else expect(text).toMatch(published);
  });

  it('that the user makes a dangling link: it is published as the user made it', async () => {
    const pair = await openPair({ jailed });
    await pair.ssh(`ln -sf ../run/nowhere/resolv.conf ${rootIn(pair)}/etc/resolv.conf`);
    await complete(pair);
    expect(await readlink(`${await unpack(pair.job)}/etc/resolv.conf`)).toBe('../run/nowhere/resolv.conf');
  });
});
