// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { shorten } from '@ims/contract';

import type { ApiAnswer } from './api-client.ts';
import { ApiRefusal, type RefusalKind } from './pod-api.ts';

const MESSAGE_LIMIT = 300;

const KINDS: Readonly<Record<number, RefusalKind>> = {
  // The token is read anew for each call: the next one may be good.
  401: 'passing',
  403: 'forbidden',
  404: 'gone',
  408: 'passing',
  409: 'passing',
  429: 'passing',
};

/** What an answer that is no success means. */
export function refusalOf(answer: ApiAnswer): ApiRefusal {
  const { status, retryAfterMs } = answer;
  const said = saidBy(answer);
  const kind = isOfAnotherPod(status, said) ? 'gone' : (KINDS[status] ?? (status >= 500 ? 'passing' : 'rejected'));
  return new ApiRefusal(kind, `${String(status)} ${said.message}`.trim(), retryAfterMs);
}

/** The object `Status` of an answer, as far as it is one. */
interface Said {
  readonly message: string;
  readonly fields: readonly string[];
}

function saidBy({ text }: ApiAnswer): Said {
  try {
    const { message, details } = JSON.parse(text) as {
      message?: unknown;
      details?: { causes?: readonly { field?: unknown }[] } | null;
    };
    return {
      message: typeof message === 'string' ? shorten(message, MESSAGE_LIMIT) : '',
      fields: (details?.causes ?? []).flatMap(({ field }) => (typeof field === 'string' ? [field] : [])),
    };
  } catch {
    // A proxy in between answers in its own words.
    return { message: '', fields: [] };
  }
}

/** A patch that names the uid of another pod than the one that is there. */
function isOfAnotherPod(status: number, { message, fields }: Said): boolean {
  if (status === 422) return fields.includes('metadata.uid');
  return status === 409 && /\buid\b/i.test(message);
}
