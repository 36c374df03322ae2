// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect } from 'vitest';

import type { Pair } from './pair.ts';

/** Where the user's shell sees a flag: the name inside the jail, or the path on the volume. */
export function flagIn(pair: Pair, name: 'complete' | 'failed' | 'complete.refused'): string {
  return pair.volume.layout.jailed ? `/tmp/${name}` : `${pair.volume.parent}/${name}`;
}

/** The image root as the user's shell sees it: empty in a jail. */
export function rootIn(pair: Pair): string {
  return pair.volume.layout.jailed ? '' : pair.volume.imageRoot;
}

/** Says complete as a client does, and expects that the image is published. */
export async function complete(pair: Pair): Promise<void> {
  expect(await pair.ssh(`touch ${flagIn(pair, 'complete')}`)).toMatchObject({ code: 0 });
  expect(await pair.ends()).toEqual({ agent: 0, sshd: 0 });
  expect(await pair.status()).toMatchObject({ phase: 'Succeeded' });
}
