// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';

import { cleanUp } from '@ims/testing';

import { complete, rootIn } from './support/finish.ts';
import { openPair } from './support/pair.ts';
import { unpack } from './support/published.ts';
import { describeTree } from './support/tree.ts';

afterEach(cleanUp);

it.each([{ jailed: true }, { jailed: false }])(
  'H25 /image is published for root alone, and links in it are not followed; jailed: $jailed',
  async ({ jailed }) => {
    const pair = await openPair({ jailed });
    const outside = `${pair.volume.scratch}/outside`;
    await writeFile(outside, 'outside\n', { mode: 0o644 });
    const root = rootIn(pair);
    const made = [
      `cd ${root}/ && mkdir -p image/scripts && chmod 777 image image/scripts`,
      'echo x > image/tool.sh; echo x > image/scripts/other.sh; echo x > image/secret; echo x > image/scripts/data',
      'chmod 666 image/* ; chown 1000:1000 image/secret image/tool.sh',
      `ln -s ${outside} image/link; ln -s /etc/passwd image/inside`,
    ];
    expect(await pair.ssh(`${made.join(' && ')}; true`)).toMatchObject({ code: 0 });
    await complete(pair);
    const unpacked = await unpack(pair.job);
    const published = describeTree(`${unpacked}/image`);
    const rights = (path: string): string => `${published.get(path)?.mode ?? ''} ${published.get(path)?.owner ?? ''}`;
    expect(rights('.')).toBe('40700 0:0');
    expect(rights('tool.sh')).toBe('100700 0:0');
    expect(rights('secret')).toBe('100600 0:0');
    expect(published.get('link')).toMatchObject({ content: outside });
    expect(describeTree(unpacked).get('etc/passwd')?.mode).toBe('100644');
    expect(describeTree(pair.volume.scratch).get('outside')?.mode).toBe('100644');
    expect(await readFile(outside, 'utf8')).toBe('outside\n');
  },
);
