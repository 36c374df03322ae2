// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { FakeIms } from '../src/index.ts';

export const JOB = '11111111-2222-4333-8444-555555555555';
export const UNKNOWN = '99999999-2222-4333-8444-555555555555';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly type: string | null;
  /** Undefined without a body. */
  readonly body: { readonly id: string };
}

/** Calls with a plain client: `PATCH images/ID`. */
export async function call(
  ims: FakeIms,
  what: string,
  ...[body, headers = {}, signal]: [unknown?, Record<string, string>?, AbortSignal?]
): Promise<Answer> {
  const [method = '', path = ''] = what.split(' ');
  const response = await fetch(`${ims.url}/${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (text === '' ? undefined : JSON.parse(text)) as Answer['body'],
  };
}
