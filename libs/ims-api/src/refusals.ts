// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import * as z from 'zod';

import { plainLine, publicAddress, type HttpAnswer } from '@ims/http';
import { retryAfterOf } from '@ims/retry';
import { complaintOf, jsonOf } from './plain-text.ts';
import { ImsProblem, type Verdict } from './verdict.ts';

/** What a status means; every other below 500 from 400 on is refused, and all the rest is transient. */
const VERDICTS: Readonly<Record<number, Verdict>> = {
  // A new token has been tried already: the gateway may know its key later.
  401: 'transient',
  404: 'gone',
  408: 'transient',
  409: 'conflict',
  410: 'gone',
  422: 'invalid',
  425: 'transient',
  429: 'transient',
};

/** What only IMS itself can know. A gateway whose route or backend is away says 404 too, in HTML or JSON of its own. */
const OWN_VOICE: ReadonlySet<Verdict> = new Set<Verdict>(['gone', 'conflict', 'invalid']);

/** An answer that is no success, as a problem; `call` is method and path. */
export function problemOfAnswer(call: string, answer: HttpAnswer): ImsProblem {
  const verdict = verdictOf(answer.status);
  const own = ownProblemOf(answer);
  const message = `IMS answered ${String(answer.status)} to ${call}: ${saidBy(answer)}`;
  return new ImsProblem(OWN_VOICE.has(verdict) && own === undefined ? 'transient' : verdict, message, {
    retryAfterMs: retryAfterOf(answer.headers),
    fields: Object.keys(own?.errors ?? {}),
  });
}

function verdictOf(status: number): Verdict {
  return VERDICTS[status] ?? (status >= 400 && status < 500 ? 'refused' : 'transient');
}

/** The problem+json of IMS: it repeats the status and has a title (reference §6.2). */
const ownProblem = z.looseObject({
  status: z.number(),
  title: z.string().min(1),
  errors: z.record(z.string(), z.unknown()).optional().catch(undefined),
});

function ownProblemOf({ status, text }: HttpAnswer): z.infer<typeof ownProblem> | undefined {
  const parsed = ownProblem.safeParse(jsonOf(text));
  return parsed.success && parsed.data.status === status ? parsed.data : undefined;
}

const HERE = 'https://here.invalid';

// A login portal, or an address of IMS that has moved: whoever reads of it has to know which. Its query may be a secret.
function saidBy({ status, headers, text }: HttpAnswer): string {
  const location = headers['location'];
  if (status < 300 || status > 399 || location === undefined) return complaintOf(text);
  if (!URL.canParse(location, HERE)) return 'redirected';
  const url = new URL(location, HERE);
  return plainLine(`redirected to ${url.origin === HERE ? url.pathname : publicAddress(url)}`);
}
