// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';

import { parseMountinfo } from '@ims/mounts';

import { reachedMounts } from '../src/reached-mounts.ts';

const line = (id: number, parent: number, mountPoint: string): string =>
  `${String(id)} ${String(parent)} 0:1 / ${mountPoint} rw,relatime shared:1 master:2 - tmpfs none rw`;

const below = (lines: readonly string[], directory = '/r'): readonly string[] =>
  reachedMounts(parseMountinfo(lines.join('\n')), directory).map((mount) => mount.mountPoint);

const top = line(1, 0, '/');

describe('H26 reachedMounts', () => {
  it('lists what lies below, without what only begins with the same letters', () => {
    expect(below([top, line(2, 1, '/r'), line(3, 2, '/r/proc'), line(4, 1, '/root'), ''])).toEqual(['/r/proc']);
  });

  it('names a mount on a mount once, by the outermost', () => {
    expect(below([top, line(2, 1, '/r/dev'), line(3, 2, '/r/dev/shm'), line(4, 2, '/r/dev/pts')])).toEqual(['/r/dev']);
    expect(below([top, line(2, 1, '/r/dev'), line(3, 2, '/r/dev')])).toEqual(['/r/dev']);
  });

  it('leaves in what lies over a hidden mount', () => {
    expect(below([top, line(2, 1, '/r/proc'), line(3, 1, '/r')])).toEqual([]);
  });

  it('lives with any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, directory) => {
        expect(reachedMounts(parseMountinfo(text), directory)).toBeInstanceOf(Array);
      }),
    );
  });
});
