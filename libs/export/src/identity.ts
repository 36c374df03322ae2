// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ExportPorts, ImageIdentity } from './ports.ts';
import type { ExportSettings, Facts } from './states.ts';

/** Under which id the image is published: asked for while it is packed, so that a slow IMS delays nobody. */
export interface Identity {
  /** Begins to ask for what is not known yet. A failure is met by whoever needs the answer. */
  ask(facts: Facts): void;
  /** The answer; asks again when asking has failed. */
  known(facts: Facts): Promise<ImageIdentity>;
  /** Waits for what was asked until `enough`, then gives it up. Never throws. */
  settle(enough: AbortSignal): Promise<void>;
}

/** What asking needs. */
export interface Asking {
  readonly settings: Pick<ExportSettings, 'jobId' | 'imageName'>;
  readonly ports: Pick<ExportPorts, 'registry' | 'store' | 'journal' | 'logger'>;
  /** Aborted by SIGTERM. */
  readonly signal: AbortSignal;
}

/** Makes the identity of a job's image. */
export function createIdentity(asking: Asking): Identity {
  const over = new AbortController();
  const signal = AbortSignal.any([asking.signal, over.signal]);
  let answer: Promise<ImageIdentity> | undefined;
  const known = async (facts: Facts): Promise<ImageIdentity> => {
    answer ??= identify(facts, asking, signal).catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return await answer;
  };
  return {
    known,
    ask: (facts) => {
      known(facts).catch((error: unknown) => {
        if (signal.aborted) return;
        asking.ports.logger.warn(
          { err: error },
          'the image has no record yet; it is asked for again before it is stored',
        );
      });
    },
    settle: async (enough) => {
      const giveUp = (): void => {
        over.abort(new Error('the job has ended'));
      };
      if (enough.aborted) giveUp();
      else enough.addEventListener('abort', giveUp, { once: true });
      await answer?.catch(() => undefined);
    },
  };
}

// The id is in the journal before anything is stored under it, so that a second start stores nothing twice (H3).
async function identify(facts: Facts, { settings, ports }: Asking, signal: AbortSignal): Promise<ImageIdentity> {
  const { jobId, imageName } = settings;
  const named = (imageId: string): ImageIdentity => ({ imageId, imageName, jobId });
  if (facts.imageId !== undefined) return named(facts.imageId);
  if (facts.abandoned !== undefined) await ports.store.discard(named(facts.abandoned), signal);
  const imageId = await ports.registry.create({ jobId, imageName }, signal);
  await ports.journal.append({ step: 'image', imageId });
  return named(imageId);
}
