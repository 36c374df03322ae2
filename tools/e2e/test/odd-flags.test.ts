// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { cleanUp, temporaryDirectory } from '@ims/testing';

import { complete, flagIn, rootIn } from './support/finish.ts';
import { entered, openPair, type Pair } from './support/pair.ts';

afterEach(cleanUp);

/** A flag that counts is picked up within milliseconds; a login takes longer, and the shell is still there for it. */
async function notPickedUp(pair: Pair): Promise<void> {
  expect((await pair.ssh('echo open')).stdout).toBe('open\n');
  for (const phase of ['Asking', 'Closing'] as const) expect(pair.sshd.lines.some(entered(phase))).toBe(false);
}

const rm = (flag: string): string => `rm ${flag}`;
const ODD = [
  { make: (flag: string) => `mkdir ${flag}`, remove: (flag: string) => `rmdir ${flag}` },
  { make: (flag: string) => `ln -s nowhere ${flag}`, remove: rm },
  { make: (flag: string) => `ln -s ${flag} ${flag}`, remove: rm },
  { make: (flag: string) => `ln -s /etc/passwd ${flag}`, remove: rm },
  { make: (flag: string, bin: string) => `${bin}mkfifo ${flag}`, remove: rm },
  { make: (flag: string, bin: string) => `${bin}busybox mknod ${flag} c 1 3`, remove: rm },
];

describe.each([{ jailed: true }, { jailed: false }])('H28 a flag, jailed: $jailed', ({ jailed }) => {
  it('that is no regular file does not count and crashes nothing', async () => {
    const pair = await openPair({ jailed });
    const flags = [flagIn(pair, 'complete'), flagIn(pair, 'failed')];
    for (const { make, remove } of ODD) {
      const makes = flags.map((flag) => make(flag, `${rootIn(pair)}/bin/`)).join(' && ');
      expect(await pair.ssh(makes)).toMatchObject({ code: 0 });
      await notPickedUp(pair);
      expect(await pair.ssh(flags.map(remove).join(' && '))).toMatchObject({ code: 0 });
    }
    await complete(pair);
  });
});

it('H28 in the jail a flag of another user of the image does not count, one of root does', async () => {
  const pair = await openPair({ jailed: true });
  const made = await pair.ssh('touch /tmp/mine && chown 65534:65534 /tmp/mine && mv /tmp/mine /tmp/failed');
  expect(made).toMatchObject({ code: 0 });
  await notPickedUp(pair);
  expect(await pair.ssh('rm /tmp/failed')).toMatchObject({ code: 0 });
  await complete(pair);
});

it('H28 a flag that is a socket does not count', async () => {
  const pair = await openPair({ jailed: true });
  const path = `${pair.volume.imageRoot}/tmp/complete`;
  const server = createServer().listen(path);
  await once(server, 'listening');
  await notPickedUp(pair);
  server.close();
  await once(server, 'close');
  await complete(pair);
});

it('H27 a jail whose /tmp leads out of it is not followed', async () => {
  const pair = await openPair({ jailed: true });
  const outside = await temporaryDirectory('outside');
  await pair.ssh(`mv /tmp /tmp.away; ln -s ../../../../../../../..${outside} /tmp`);
  await writeFile(`${outside}/complete`, '');
  await notPickedUp(pair);
  expect(await pair.ssh('rm /tmp; mv /tmp.away /tmp')).toMatchObject({ code: 0 });
  await complete(pair);
});
