// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { silentLogger, type Runner } from '@ims/runtime';
import { createUnpacker } from '../src/index.ts';
import { never, noProgress, runner, useWork } from './work.ts';

const work = useWork();

/** As in a container without a capability. */
const without = (capability: string): Runner => ({
  run: async ({ program, args, ...rest }) =>
    await runner.run({ ...rest, program: 'setpriv', args: [`--bounding-set=-${capability}`, program, ...args] }),
});

function make(capability: string): void {
  const root = `${work.path}/root`;
  mkdirSync(root);
  writeFileSync(`${root}/f`, 'x');
  if (capability === 'mknod') execFileSync('mknod', [`${root}/null`, 'c', '1', '3']);
  if (capability === 'setfcap') execFileSync('setfattr', ['-n', 'security.capability', '-v', CAPABILITY, `${root}/f`]);
  if (capability === 'sys_admin') execFileSync('setfattr', ['-n', 'trusted.x', '-v', 'y', `${root}/f`]);
  if (capability === 'chown') chownSync(`${root}/f`, 7, 8);
  execFileSync('mksquashfs', [root, `${work.path}/image.sqsh`, '-quiet', '-no-progress', '-xattrs']);
}

/** Version 2, effective, CAP_NET_RAW (linux/capability.h). */
const CAPABILITY = '0x0100000200200000000000000000000000000000';

describe('an image that this container may not restore', () => {
  it.each([
    ['mknod', /character device in\/null/, /CAP_MKNOD.*hostUsers: true.*without device nodes/],
    ['setfcap', /security\.capability/, /CAP_SETFCAP/],
    ['sys_admin', /trusted\.x/, /CAP_SYS_ADMIN/],
    ['chown', /uid and gids on in\/f/, /CAP_CHOWN/],
  ])('is no corrupt one: the missing right is named (%s)', async (capability, message, advice) => {
    make(capability);
    const archive = `${work.path}/image.sqsh`;
    const unpack = async (by: Runner): Promise<unknown> =>
      await createUnpacker({ runner: by, logger: silentLogger, archive, place: 'file:///image.sqsh' })
        .unpack(`${work.path}/in`, noProgress, never)
        .catch((error: unknown) => error);
    const failure = await unpack(without(capability));
    expect(failure).toMatchObject({
      reason: 'PlatformUnavailable',
      message: expect.stringMatching(message) as string,
      advice: expect.stringMatching(advice) as string,
    });
    execFileSync('rm', ['-r', `${work.path}/in`]);
    expect(await unpack(runner)).toBeUndefined();
  });
});
