// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ImageRegistry } from '@ims/export';
import { retrying, type RetryPolicy } from '@ims/retry';
import { withDeadline, type Logger } from '@ims/runtime';
import type { Outbox } from './outbox.ts';
import { deleteRecord, isGone, removeDuplicates } from './own-record.ts';
import { isLinked } from './records.ts';
import { failureOf, isHopeless, outOfTime } from './verdict.ts';

/** What a registry in IMS is made of. */
export interface ImsRegistryOptions {
  readonly outbox: Outbox;
  /** `x86_64` or `aarch64`. */
  readonly arch: string;
  /** How long the steps together wait for an IMS that is away, in milliseconds (`IMS_OUTBOX_TIMEOUT`). */
  readonly boundMs: number;
  /** The waits between attempts to take a record back. */
  readonly retry: RetryPolicy;
  readonly logger: Logger;
}

/**
 * The image records in IMS. All but `withdraw` go through the outbox, so what IMS could not be told in time it is told
 * by the next start.
 */
export function createImsRegistry(options: ImsRegistryOptions): ImageRegistry {
  const { outbox, arch, boundMs } = options;
  return {
    create: async ({ imageName }, signal) => {
      const id = await outbox.deliver({ kind: 'create', name: imageName, arch }, { boundMs, signal });
      if (id === undefined) throw new Error('a creation has given no id');
      return id;
    },
    link: async ({ imageId }, { path, etag, linkType }, signal) => {
      await outbox.deliver({ kind: 'link', imageId, link: { path, etag, type: linkType } }, { boundMs, signal });
    },
    announce: async ({ imageId }, signal) => {
      await outbox.deliver({ kind: 'result', imageId }, { boundMs, signal });
    },
    withdraw: async ({ imageId }, signal) => await withdraw(options, imageId, signal),
  };
}

async function withdraw(options: ImsRegistryOptions, imageId: string, signal: AbortSignal): Promise<boolean> {
  const { outbox, boundMs, retry, logger } = options;
  await outbox.forget();
  let last: unknown;
  const bound = { ms: boundMs, what: 'taking the image record back', signal };
  try {
    return await withDeadline(bound, async (within) => {
      const isTransient = (error: unknown): boolean => {
        last = error;
        return !isHopeless(error);
      };
      const policy = { ...retry, budgetMs: Number.POSITIVE_INFINITY };
      return await retrying({ what: bound.what, policy, isTransient, signal: within, logger }, async () =>
        removeUnlinked(outbox, imageId, within),
      );
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw isHopeless(error) && error === last ? failureOf(error) : outOfTime(bound.what, boundMs, last);
  }
}

async function removeUnlinked({ work }: Outbox, imageId: string, signal: AbortSignal): Promise<boolean> {
  const record = await work.client.image(imageId, signal).catch((error: unknown) => {
    if (isGone(error)) return undefined;
    throw error;
  });
  if (record !== undefined && isLinked(record)) return false;
  if (record !== undefined) await deleteRecord(work.client, imageId, signal);
  await removeDuplicates(work, imageId, signal);
  return true;
}
