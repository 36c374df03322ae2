// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Parameters that sign an address for a time: two fetches of one object differ in them. */
const SIGNING = /^(x-amz-.*|signature|expires|awsaccesskeyid|key-pair-id|policy)$/i;

/** Scheme, host and path: all that anybody may read of an address (H34). */
export function placeOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** The address without what signs it: the same for every signature of one object. */
export function identityOf(url: URL): string {
  const kept = [...url.searchParams].filter(([name]) => !SIGNING.test(name)).map(([name, value]) => `${name}=${value}`);
  return [placeOf(url), ...kept.sort()].join('\n');
}

/** When a presigned address ends: SigV4 says when it began and for how long, SigV2 the second. */
export function expiryOf(url: URL): Date | undefined {
  const parameters = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(parameters.get('x-amz-date') ?? '');
  const lasting = parameters.get('x-amz-expires');
  if (signed !== null && lasting !== undefined) {
    const [, year, month, day, hours, minutes, seconds] = signed.map(Number);
    const began = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hours, minutes, seconds);
    return dateOf(began + Number(lasting) * 1000);
  }
  const until = parameters.get('expires');
  return until === undefined ? undefined : dateOf(Number(until) * 1000);
}

/** What S3 says of an address whose time is over. */
const EXPIRED = /Request has expired|<Code>(ExpiredToken|ExpiredPresign\w*)<\/Code>|has expired/i;

/**
 * Whether a refusal is that of an address whose time is over (H15), in the server's words or by our clock; gives a
 * sentence, or `undefined`.
 */
export function expiredSentence(url: URL, body: string, now: Date): string | undefined {
  const expiry = expiryOf(url);
  const isPast = expiry !== undefined && expiry.getTime() <= now.getTime();
  if (!isPast && !EXPIRED.test(body)) return undefined;
  const when = expiry === undefined ? 'has expired' : `expired at ${expiry.toISOString()}`;
  return `the presigned address of the image at ${placeOf(url)} ${when}; it is ${now.toISOString()} now`;
}

function dateOf(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
