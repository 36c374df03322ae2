// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';

import { mountsBelow, parseMountinfo, readMounts } from '../src/index.ts';

const TABLE = [
  '21 1 0:5 / /r rw shared:1 - ext4 /dev/vda rw',
  String.raw`22 21 0:6 / /r/a\040b rw - proc proc rw`,
  String.raw`23 22 0:7 /sub /r/a\040b/c\011d\012e\134f rw master:1 - tmpfs tmpfs rw,size=1k`,
  '24 21 0:8 / /rest rw - tmpfs tmpfs rw',
  '25 21 0:9 net:[1] /r/netns rw - nsfs nsfs rw',
  'nonsense',
  '',
].join('\n');

describe('the table of mounts', () => {
  it('is read with its escapes and options', () => {
    expect(parseMountinfo(TABLE)).toHaveLength(5);
    expect(parseMountinfo(TABLE)[2]).toEqual({
      id: 23,
      parent: 22,
      root: '/sub',
      mountPoint: '/r/a b/c\td\ne\\f',
      type: 'tmpfs',
      superOptions: ['rw', 'size=1k'],
    });
  });

  it('tells what lies below a directory, the last mount first, without what only begins with the same letters', () => {
    const below = mountsBelow(parseMountinfo(TABLE), '/r').map(({ id }) => id);
    expect(below).toEqual([25, 23, 22]);
  });

  it('is read of this machine', async () => {
    expect(await readMounts()).toContainEqual(expect.objectContaining({ mountPoint: '/proc', type: 'proc' }));
  });

  it('lives with any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMountinfo(text)).toBeInstanceOf(Array);
      }),
    );
  });
});
