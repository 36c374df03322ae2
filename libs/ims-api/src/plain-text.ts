// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { plainLine } from '@ims/http';

/** What a body means as JSON; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an answer that is an error says, in one line; problem+json and plain JSON messages are picked apart. */
export function complaintOf(text: string): string {
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return text.trim() === '' ? 'no body' : kindOf(text);
  const fields = body as Readonly<Record<string, unknown>>;
  const parts = ['title', 'detail', 'message'].map((name) => fields[name]).filter((part) => typeof part === 'string');
  const errors = fields['errors'] === undefined ? [] : [JSON.stringify(fields['errors'])];
  return plainLine([...parts, ...errors].join(': ')) || 'no explanation';
}

// A page of a proxy or a login portal helps nobody in a log.
function kindOf(text: string): string {
  return text.trimStart().startsWith('<') ? 'a page of HTML' : plainLine(text);
}
