// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';
import { resolve as absolute } from 'node:path';

import { Failure } from '@ims/runtime';

import type { Attributes } from './attributes.ts';
import { named, unless } from './errno.ts';
import { ImageRoot } from './image-root.ts';
import { KIND_NAMES, pinPath, type Pin } from './pin.ts';
import { show } from './places.ts';

/**
 * Opens an image root and holds it. The root itself must be a directory, not a link.
 *
 * @param attributes takes off what forbids to change an entry; without it such an entry is a failure
 * @throws Failure ImageInvalid when it is not there; PlatformUnavailable without /proc
 */
export async function openImageRoot(path: string, attributes?: Attributes): Promise<ImageRoot> {
  const whole = absolute(path);
  const pin = await named(
    `opening the image root ${show(whole)}`,
    async () => await unless(['ENOENT', 'ENOTDIR'], async () => await pinPath(whole)),
  );
  if (pin === undefined) {
    throw new Failure('ImageInvalid', `there is no image root at ${show(whole)}`, {
      advice: 'prepare the volume first, or name the one that holds the image',
    });
  }
  try {
    if (pin.kind !== 'directory') {
      throw new Failure('ImageInvalid', `the image root ${show(whole)} is ${KIND_NAMES[pin.kind]}, not a directory`);
    }
    await provePaths(pin);
    return new ImageRoot(whole, { pin, attributes });
  } catch (error) {
    await pin.close();
    throw error;
  }
}

/** Everything here walks through /proc/self/fd, so it must be the one of this process. */
async function provePaths(pin: Pin): Promise<void> {
  const seen = await unless(['ENOENT'], async () => await stat(pin.path));
  if (seen?.ino === pin.stats.ino && seen.dev === pin.stats.dev) return;
  throw new Failure('PlatformUnavailable', '/proc does not show the open files of this process', {
    advice: 'mount proc at /proc in the pid namespace of this container',
  });
}
