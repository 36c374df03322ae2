// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { asFailure } from '@ims/runtime';
import type { UploadState } from './checkpoint.ts';
import type { Transfer } from './transfer.ts';
import { abortUpload, deleteObject, listUploads } from './uploads.ts';

/** What was done on the service so far, for whoever has to take it back. */
export interface Trace {
  upload: UploadState | undefined;
  objectSent: boolean;
}

/** What may be of use to another start stays; anything else is removed. */
export async function takeBack(transfer: Transfer, trace: Trace, error: unknown): Promise<void> {
  const { shared, key, options } = transfer;
  const { reason, retryable } = asFailure(error);
  const mayGoOn = options.signal.aborted || (retryable && reason !== 'VerificationFailed');
  if (options.checkpoint !== undefined && mayGoOn) return;
  await giveUp(transfer, trace.upload);
  if (!trace.objectSent) return;
  await shared.access.tidy(`removing ${key}`, async (signal) => {
    await deleteObject(shared.access, key, signal);
  });
}

/** Gives up an upload, if one was begun. */
export async function giveUp({ shared, key }: Transfer, upload: UploadState | undefined): Promise<void> {
  if (upload === undefined) return;
  await shared.access.tidy(`giving up the upload of ${key}`, async (signal) => {
    await abortUpload(shared.access, { key, uploadId: upload.uploadId }, signal);
  });
}

/** Uploads of the same key that no checkpoint knows: their start was killed before it could save one. */
export async function removeOrphans({ shared, key }: Transfer, kept: string | undefined): Promise<void> {
  const { access } = shared;
  await access.tidy(`removing unfinished uploads of ${key}`, async (signal) => {
    for (const upload of await listUploads(access, key, signal)) {
      if (upload.key === key && upload.uploadId !== kept) await abortUpload(access, upload, signal);
    }
  });
}
