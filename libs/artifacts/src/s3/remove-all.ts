// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Access } from './access.ts';
import { abortUpload, deleteObject, listObjects, listUploads } from './uploads.ts';

/** What is removed, and what is not. */
interface Removal {
  readonly signal: AbortSignal;
  /** Keys of objects that stay. */
  readonly kept?: ReadonlySet<string>;
  /** Keys that are removed even when the objects cannot be listed. */
  readonly known?: readonly string[];
}

/**
 * Removes the unfinished uploads and the objects whose keys begin with `prefix`: as many of them as can be, and then
 * rejects with the first failure, if there was one.
 */
export async function removeAll(access: Access, prefix: string, removal: Removal): Promise<void> {
  const { signal, kept = new Set(), known = [] } = removal;
  const failures: unknown[] = [];
  const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
      return undefined;
    }
  };
  const [uploads = [], listed] = await Promise.all([
    attempt(async () => await listUploads(access, prefix, signal)),
    attempt(async () => await listObjects(access, prefix, signal)),
  ]);
  for (const upload of uploads)
    await attempt(async () => {
      await abortUpload(access, upload, signal);
    });
  for (const key of listed?.map((object) => object.key) ?? known) {
    if (kept.has(key)) continue;
    await attempt(async () => {
      await deleteObject(access, key, signal);
    });
  }
  if (failures.length > 0) throw failures[0];
}
