// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, readFile, writeFile } from 'node:fs/promises';

import { cleanUp, createVolume, NODE, SOURCE_TREE } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { runClient } from '../support/client.ts';
import { describePage } from './support/reader.ts';
import { setScene } from './support/scene.ts';
import { openSession } from './support/session.ts';

const PAGE = 'docs/signal-files.md';

describePage('docs/signal-files.md', async () => {
  const scene = await setScene('signal-files');
  await mkdir(`${scene.mnt}/image`);
  await writeFile(`${scene.mnt}/image/ready`, 'ready\n');
  await writeFile(`${scene.mnt}/image/complete`, '');
  return { session: await openSession(scene) };
});

/** What a reader of the lines in TypeScript has already. */
function givenIn(parent: string): string {
  return `
    import { layoutOf } from '@ims/contract';
    import { silentLogger as logger } from '@ims/runtime';
    const layout = layoutOf({ parent: ${JSON.stringify(parent)}, action: 'customize', jailed: false });
    const { signal } = new AbortController();
  `;
}

describe('its lines in TypeScript', () => {
  afterEach(cleanUp);

  it('wait for a signal file as the page writes them', async () => {
    const { parent } = await createVolume();
    await writeFile(`${parent}/failed`, 'the RPM is missing\n');
    const [, lines = ''] = /```ts\n([^]*?)```/.exec(await readFile(`${SOURCE_TREE}/${PAGE}`, 'utf8')) ?? [];
    const program = `${givenIn(parent)}${lines}console.log(failed.kind); await board.close();`;
    const directory = `--chdir=${SOURCE_TREE}`;
    const ran = await runClient('env', [directory, NODE, '--input-type=module-typescript', '--eval', program]);
    expect(ran).toEqual({ code: 0, stdout: 'present\n', stderr: '' });
  });
});
