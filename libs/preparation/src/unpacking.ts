// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { PreparationPorts } from './ports.ts';
import { shortage } from './room.ts';
import type { PreparationState, PreparationStep } from './states.ts';
import { unpackTeller } from './transfer.ts';

/**
 * Unpacks the image beside the image root and moves it in when it is whole and the announced one: the image root is
 * never half there, and nothing that stands in its place, a link above all, is written through.
 */
export async function unpackImage(step: PreparationStep<'Unpacking'>): Promise<PreparationState> {
  const { volume, fetcher } = step.ports;
  if ((await volume.progress()) !== 'unpacked') {
    const [verdict, work] = await unpackAndVerify(step);
    // Whatever else went wrong with an image that is not the announced one tells nothing.
    if (verdict.status === 'rejected') return await fetchOnceMore(step, verdict.reason);
    if (work.status === 'rejected') throw work.reason;
    await volume.keep();
  }
  await volume.moveIn();
  await fetcher.discard();
  return { phase: 'Prepared' };
}

/** What the md5 lacks when all has arrived is computed meanwhile: from a fast server an image comes faster than that. */
async function unpackAndVerify(
  step: PreparationStep<'Unpacking'>,
): Promise<[PromiseSettledResult<void>, PromiseSettledResult<void>]> {
  const { settings, ports, signal } = step;
  const wrong = new AbortController();
  const verdict = ports.fetcher.verify(settings.md5, signal).catch((error: unknown) => {
    wrong.abort(error);
    throw error;
  });
  return await Promise.allSettled([verdict, unpackBeside(ports, AbortSignal.any([signal, wrong.signal]))]);
}

async function unpackBeside(ports: PreparationPorts, signal: AbortSignal): Promise<void> {
  const directory = await ports.volume.freshPlace();
  await requireRoom(ports, signal);
  await ports.unpacker.unpack(directory, unpackTeller(ports), signal);
}

/** A proxy's word, a broken link, or else really another image. */
async function fetchOnceMore(
  { state, ports, signal }: PreparationStep<'Unpacking'>,
  error: unknown,
): Promise<PreparationState> {
  const isPassing = error instanceof Failure && error.reason === 'SourceCorrupt' && state.chance === 'first';
  if (!isPassing || signal.aborted) throw error;
  ports.logger.warn({ err: error }, 'the image is fetched once more');
  await ports.fetcher.discard();
  return { phase: 'Preparing', chance: 'last' };
}

/** Before the first byte is unpacked (H16). */
async function requireRoom({ volume, unpacker }: PreparationPorts, signal: AbortSignal): Promise<void> {
  const need = await unpacker.needs(signal);
  const problem = shortage({ what: 'unpacking the image', need, isExact: true }, await volume.room());
  if (problem !== undefined) throw new Failure('NoSpace', `${volume.place}: ${problem}`);
}
