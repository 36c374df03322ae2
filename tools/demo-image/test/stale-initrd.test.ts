// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkBoot, inspectBootFiles, openImageRoot, type BootCheck } from '@ims/image-root';
import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, temporaryDirectory, TEST_HOME } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { makeDemoImage } from '../src/make.ts';

const run = promisify(execFile);

afterEach(cleanUp);

/** A later kernel than the image has, by its version in the header of bzImage, with all that belongs to one. */
const UPDATE = `
  cd "$1"; old=$2 new=$3
  cp -al "lib/modules/$old" "lib/modules/$new"
  cp "boot/config-$old" "boot/config-$new"
  cp "boot/vmlinuz-$old" "boot/vmlinuz-$new"
  at=$((512 + $(od -An -tu2 -j526 -N2 "boot/vmlinuz-$new")))
  printf '%s \\000' "$new" | dd of="boot/vmlinuz-$new" bs=1 seek="$at" conv=notrunc status=none
  ln -sfn "vmlinuz-$new" boot/vmlinuz`;

async function check(path: string): Promise<BootCheck> {
  await using root = await openImageRoot(path);
  const names = { kernel: 'vmlinuz', initrd: 'initrd', parameters: undefined };
  const { files } = await inspectBootFiles(root, names);
  return await checkBoot(root, { names, files, prefix: '' });
}

describe('a kernel of Debian that was updated without its initrd', () => {
  it('is refused with the command that makes the initrd, and that command works', async () => {
    const runner = createRunner({ logger: silentLogger });
    const { path } = await makeDemoImage({ cache: join(TEST_HOME, 'demo-cache'), runner });
    const root = await temporaryDirectory();
    await run('tar', ['--extract', '--numeric-owner', `--directory=${root}`, `--file=${path}`]);
    expect(await check(root)).toEqual({ findings: [], notes: [] });

    const [old = ''] = await readdir(join(root, 'lib/modules'));
    await run('sh', ['-ec', UPDATE, 'sh', root, old, '9.9.9-1-test']);
    const { findings } = await check(root);
    expect(findings.map(({ message }) => message).join()).toContain(`has modules for ${old} only`);
    const command = /run: (.*)$/.exec(findings[0]?.message ?? '')?.[1] ?? '';
    expect(command).toMatch(/^update-initramfs /);
    await run('chroot', [root, 'sh', '-c', command]);
    expect(await check(root)).toEqual({ findings: [], notes: [] });
  }, 600_000);
});
