// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Headers of an answer, by their lower-case names. */
type Headers = Readonly<Record<string, string | undefined>>;

/**
 * What the header Retry-After of an answer asks for, in milliseconds: seconds, or a date of HTTP (RFC 9110 §10.2.3),
 * which counts from the answer's own `Date`, since the server's clock need not be ours. Undefined where it asks for
 * nothing: for a header that is missing or no such value, for 0, and for a time that is past.
 *
 * @param now milliseconds of our wall clock, for an answer without a date
 */
export function retryAfterOf(headers: Headers, now = Date.now()): number | undefined {
  const header = headers['retry-after']?.trim() ?? '';
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : dateOf(header) - (dateOf(headers['date']) || now);
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** The form that servers have to send; `Date.parse` alone takes almost anything for a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function dateOf(header: string | undefined): number {
  return header !== undefined && HTTP_DATE.test(header) ? Date.parse(header) : Number.NaN;
}
