// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { IMAGE_ERRORS } from './errors/image.ts';
import { IMS_ERRORS } from './errors/ims.ts';
import { JOB_ERRORS } from './errors/job.ts';
import { SHELL_ERRORS } from './errors/shell.ts';
import { STORAGE_ERRORS } from './errors/storage.ts';

export type { ErrorRow } from './errors/row.ts';

/** Every way in which a job or a program of the pair can fail, keyed by its stable reason. */
export const ERRORS = { ...JOB_ERRORS, ...SHELL_ERRORS, ...IMAGE_ERRORS, ...STORAGE_ERRORS, ...IMS_ERRORS } as const;

/** The stable reason of a failure. */
export type Reason = keyof typeof ERRORS;

/** Whether a text is a stable reason of the table. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(ERRORS, text);
}
