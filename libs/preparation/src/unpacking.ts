// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { PreparationPorts } from './ports.ts';
import { shortage } from './room.ts';
import type { PreparationState } from './states.ts';
import { unpackTeller } from './transfer.ts';

/**
 * Unpacks the image beside the image root and moves it in when it is whole: the image root is never half there, and
 * nothing that stands in its place, a link above all, is written through.
 */
export async function unpackImage(ports: PreparationPorts, signal: AbortSignal): Promise<PreparationState> {
  const { volume, unpacker, fetcher } = ports;
  if ((await volume.progress()) !== 'unpacked') {
    const directory = await volume.freshDirectory();
    await requireRoom(ports, signal);
    await unpacker.unpack(directory, unpackTeller(ports), signal);
    await volume.keep();
  }
  await volume.moveIn();
  await fetcher.discard();
  return { phase: 'Prepared' };
}

/** Before the first byte is unpacked (H16). */
async function requireRoom({ volume, unpacker }: PreparationPorts, signal: AbortSignal): Promise<void> {
  const need = await unpacker.needs(signal);
  const problem = shortage({ what: 'unpacking the image', need, isExact: true }, await volume.room());
  if (problem !== undefined) throw new Failure('NoSpace', `${volume.place}: ${problem}`);
}
