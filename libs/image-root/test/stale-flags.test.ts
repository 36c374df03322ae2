// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { clearStaleFlags } from '../src/index.ts';

import { run } from './programs.ts';
import { makeVolume } from './volume.ts';

describe('stale flags', () => {
  it('H21 in the image are removed, whatever they are, and nothing else', async () => {
    await using volume = await makeVolume({
      'tmp/failed': '-> /keep',
      'tmp/complete.refused': 'why',
      'tmp/mine': 'x',
      keep: 'x',
      complete: 'not in /tmp',
    });
    await run('mkfifo', join(volume.at, 'tmp/complete'));
    expect(await clearStaleFlags(volume.root)).toEqual({
      removed: ['/tmp/complete', '/tmp/failed', '/tmp/complete.refused'],
      problems: [],
    });
    expect(await readdir(join(volume.at, 'tmp'))).toEqual(['mine']);
    expect((await readdir(volume.at)).sort()).toEqual(['complete', 'keep', 'tmp']);
  });

  it('H21 the copy of a script that the shell could not remove is removed, and what only looks alike stays', async () => {
    const copy = 'ims-script.3f0b8f6e-8d5b-4a44-9a3e-0d5a2f8b6c11';
    await using volume = await makeVolume({ [`tmp/${copy}`]: '#!/bin/sh', 'tmp/ims-script.mine': 'x' });
    expect((await clearStaleFlags(volume.root)).removed).toEqual([`/tmp/${copy}`]);
  });

  it('H21 that a killed writer left half-written are removed, and what only looks alike stays', async () => {
    await using volume = await makeVolume({
      'tmp/.failed.0123456789ab': 'half',
      'tmp/.complete.refused.0123456789ab': 'half',
      'tmp/.failed.mine': 'x',
      'tmp/.failure.0123456789ab': 'x',
    });
    const { removed } = await clearStaleFlags(volume.root);
    expect(removed).toEqual(['/tmp/.complete.refused.0123456789ab', '/tmp/.failed.0123456789ab']);
    expect((await readdir(join(volume.at, 'tmp'))).sort()).toEqual(['.failed.mine', '.failure.0123456789ab']);
  });

  it('H21 that are directories are told with the command that removes them', async () => {
    await using volume = await makeVolume({ 'tmp/complete/x': 'x', 'tmp/failed': '' });
    const { removed, problems } = await clearStaleFlags(volume.root);
    expect(removed).toEqual(['/tmp/failed']);
    expect(problems).toMatchObject([{ reason: 'ImageInvalid' }]);
    const [, command = 'false'] = /; run: (.*)$/.exec(problems[0]?.message ?? '') ?? [];
    await run('sh', '-c', command);
    expect(await readdir(join(volume.at, 'tmp'))).toEqual([]);
    expect((await clearStaleFlags(volume.root)).problems).toEqual([]);
  });

  it('H22 leave the mode of /tmp as it is, and give 1777 to a missing one', async () => {
    await using kept = await makeVolume({ tmp: '/' });
    await chmod(join(kept.at, 'tmp'), 0o1770);
    await clearStaleFlags(kept.root);
    expect((await stat(join(kept.at, 'tmp'))).mode & 0o7777).toBe(0o1770);
    await using missing = await makeVolume({});
    await clearStaleFlags(missing.root);
    expect((await stat(join(missing.at, 'tmp'))).mode & 0o7777).toBe(0o1777);
  });

  it('H27 are found where /tmp leads inside the image, and nothing is touched outside', async () => {
    await using inside = await makeVolume({ tmp: '-> /var/tmp', 'var/tmp/complete': '' });
    expect((await clearStaleFlags(inside.root)).removed).toEqual(['/tmp/complete']);
    await using outside = await makeVolume({ tmp: '-> ../outside' });
    await expect(clearStaleFlags(outside.root)).rejects.toMatchObject({ reason: 'PathEscapesRoot' });
    await using file = await makeVolume({ tmp: 'x' });
    await expect(clearStaleFlags(file.root)).rejects.toMatchObject({ reason: 'ImageInvalid' });
  });
});
