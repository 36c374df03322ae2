// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { speaksTls } from '@ims/http';
import { Failure } from '@ims/runtime';
import { S3Failure } from './failure.ts';
import { REASONS, type Role } from './transient.ts';

/** Gives a failure with its real cause, when that is a port with TLS behind an address that says http. */
export type SchemeCheck = (failed: unknown) => Promise<unknown>;

/** How servers with TLS answer who does not begin with it: some break, some have a word or a page about it. */
const BROKEN = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

function isSuspect(error: unknown): boolean {
  if (!(error instanceof S3Failure)) return false;
  return BROKEN.has(error.code) || error.code.startsWith('HPE_') || (error.status === 400 && error.code === '');
}

/** Makes the check of one endpoint; it is looked once whether TLS is spoken there. */
export function createSchemeCheck(endpoint: string, role: Role): SchemeCheck {
  const url = new URL(endpoint);
  let looked: Promise<boolean> | undefined;
  return async (failed) => {
    if (url.protocol !== 'http:' || !isSuspect(failed)) return failed;
    looked ??= speaksTls(url);
    if (!(await looked)) return failed;
    return new Failure(REASONS[role].permanent, `S3_ENDPOINT says http, and ${url.host} speaks TLS`, {
      advice: `set S3_ENDPOINT to https://${url.host}, then resume the job`,
    });
  };
}
