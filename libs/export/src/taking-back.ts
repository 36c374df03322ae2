// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ERRORS, type Reason } from '@ims/contract';
import { withDeadline } from '@ims/runtime';

import type { Identity } from './identity.ts';
import type { ExportPorts } from './ports.ts';
import { unpublishedImage } from './resume.ts';
import type { ExportSettings, ExportState } from './states.ts';

/** How long taking back may take, in milliseconds: it has to fit into a pod's grace period. */
const BOUND_MS = 10_000;

/**
 * Takes back what a job has put outside that failed for good: the record first, so that nobody finds an image
 * without its objects. After a passing failure everything stays for `resume`. Never throws: what cannot be taken
 * back is said.
 */
export async function takeBack(
  last: ExportState,
  settings: ExportSettings,
  { ports, identity }: { readonly ports: ExportPorts; readonly identity: Identity },
): Promise<void> {
  if (!isForGood(last) || settings.goal === 'packed') {
    await identity.settle(AbortSignal.abort());
    return;
  }
  try {
    await withDeadline({ ms: BOUND_MS, what: 'taking back what was stored' }, async (signal) => {
      await identity.settle(signal);
      await withdraw(settings, ports, signal);
    });
  } catch (error) {
    const what = 'what the job has stored could not be taken back in full; another start of it goes on from there';
    ports.logger.warn({ err: error, job: settings.jobId }, what);
  }
}

/**
 * Nothing is taken back that a wrong variable would take, and nothing without a journal that can be trusted: nobody
 * knows then what is ours, nor would anybody know that it is gone.
 */
const KEEPS: ReadonlySet<Reason> = new Set<Reason>(['ConfigurationInvalid', 'JournalUnreadable']);

function isForGood(last: ExportState): boolean {
  return last.phase === 'Failed' && !ERRORS[last.reason].retryable && !KEEPS.has(last.reason);
}

async function withdraw(settings: ExportSettings, ports: ExportPorts, signal: AbortSignal): Promise<void> {
  const { jobId, imageName } = settings;
  const imageId = unpublishedImage(await ports.journal.entries());
  if (imageId === undefined) return;
  const image = { imageId, imageName, jobId };
  if (!(await ports.registry.withdraw(image, signal))) {
    ports.logger.warn({ image: imageId }, 'the image is linked to its record already and stays');
    return;
  }
  // Before the objects go: no later start may count on them. What is left of them it takes away itself.
  await ports.journal.append({ step: 'withdrawn' });
  await ports.store.discard(image, signal);
  ports.logger.info({ image: imageId }, 'took back what was stored of the image; its archive is kept on the volume');
}
