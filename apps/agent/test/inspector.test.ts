// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openImageRoot } from '@ims/image-root';
import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { bzImage, cleanUp, initrdOf, recordingLogger, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { DECOMPRESSORS } from '../src/decompressors.ts';
import { jobInspector } from '../src/inspector.ts';
import { createSurveys } from '../src/surveys.ts';

afterEach(cleanUp);

/** An image whose initrd was made for another kernel than it has. */
async function staleImage(): Promise<string> {
  const path = await temporaryDirectory('stale');
  const files = {
    'boot/vmlinuz': bzImage('6.10.0'),
    'boot/initrd': initrdOf('6.9.0'),
    'usr/bin/dracut': Buffer.from('#!/bin/sh\n'),
    'usr/lib/modules/6.10.0/kernel/fs/squashfs/squashfs.ko': Buffer.alloc(1),
  };
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), bytes);
  }
  return path;
}

describe('an initrd for another kernel', () => {
  it.each([
    { policy: 'refuse', reasons: ['KernelMismatch'], warned: false },
    { policy: 'warn', reasons: [], warned: true },
    { policy: 'off', reasons: [], warned: false },
  ] as const)(
    'is as IMS_CHECK_KERNEL=$policy says when the user says complete',
    async ({ policy, reasons, warned }) => {
      const path = await staleImage();
      await using root = await openImageRoot(path);
      const open = async (): Promise<typeof root> => await Promise.resolve(root);
      const logger = recordingLogger();
      const inspector = jobInspector({
        root: open,
        names: { kernel: 'vmlinuz', initrd: 'initrd', parameters: undefined },
        surveys: createSurveys(open, createRunner({ logger: silentLogger })),
        archiveDirectory: path,
        prefix: '',
        checkKernel: policy,
        decompressors: DECOMPRESSORS,
        logger,
      });
      const findings = await inspector.inspect();
      expect(findings.map(({ reason }) => reason)).toEqual(reasons);
      const said = [...findings.map(({ message }) => message), ...logger.messages('warn')].join('\n');
      expect(said.includes('dracut --force --no-hostonly /boot/initrd 6.10.0')).toBe(policy !== 'off');
      expect(logger.messages('warn').join('\n').includes('modules for 6.9.0 only')).toBe(warned);
    },
  );
});
