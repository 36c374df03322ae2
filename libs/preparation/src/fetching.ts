// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { Beginning, PreparationPorts } from './ports.ts';
import { shortage } from './room.ts';
import type { PreparationState, PreparationStep } from './states.ts';
import { transferTeller } from './transfer.ts';

/** Clears the volume for this job and fetches its image; what an earlier start has done is not done again. */
export async function fetchImage(step: PreparationStep<'Preparing'>): Promise<PreparationState> {
  const { state, settings, ports, signal } = step;
  const { volume, fetcher, unpacker, logger } = ports;
  await refuseBegun(ports);
  if (state.chance === 'first') await ports.agent.check(signal);
  const cleared = await volume.clear();
  if (cleared.length > 0) logger.info({ cleared }, 'flags and products of an earlier job were removed');
  if ((await volume.progress()) === 'unpacked') return { ...state, phase: 'Unpacking' };
  logger.info({}, `fetches the image from ${fetcher.place}`);
  if (settings.md5 === undefined)
    logger.info({}, 'no DOWNLOAD_MD5SUM: what the store says of the image counts, if it says anything');
  await fetcher.fetch({
    isAnnounced: settings.md5 !== undefined,
    headBytes: unpacker.headBytes,
    check: async (beginning) => await checkBeginning(beginning, ports),
    onTransfer: transferTeller(ports),
    signal,
  });
  return { ...state, phase: 'Unpacking' };
}

/** Where the pair has begun, somebody's work lies in the image root: it is never replaced. */
async function refuseBegun({ volume }: PreparationPorts): Promise<void> {
  if (!(await volume.hasBegun())) return;
  if ((await volume.progress()) === 'doubtful') {
    const lost = `the machine was started anew before the image root on ${volume.place} was written out to its disk`;
    throw new Failure('ImageInvalid', `${lost}, and a job has begun there: it is not replaced`, {
      advice: 'files of it may be empty; start a new job, what lies there is kept',
    });
  }
  throw new Failure('JournalUnreadable', `a job has begun on ${volume.place}: its image root is not replaced`, {
    advice: 'resume that job, or give this one a volume of its own',
  });
}

/** Refuses what cannot fit before it is fetched (H16), and what is no image, or not all of one. */
async function checkBeginning(beginning: Beginning, { unpacker, volume, fetcher }: PreparationPorts): Promise<void> {
  const announced = unpacker.announced(beginning.head);
  const size = beginning.size ?? announced.bytes;
  if (size < announced.bytes) {
    const sizes = `${String(size)} bytes are offered of the ${String(announced.bytes)} that it says it has`;
    throw new Failure('SourceCorrupt', `the image at ${fetcher.place} is not whole: ${sizes}`);
  }
  const need = {
    bytes: size - beginning.kept + announced.atLeast.bytes,
    inodes: announced.atLeast.inodes,
  };
  const problem = shortage({ what: 'fetching and unpacking the image', need, isExact: false }, await volume.room());
  if (problem !== undefined) throw new Failure('NoSpace', `${volume.place}: ${problem}`);
}
