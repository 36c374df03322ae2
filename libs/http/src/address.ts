// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** An address as a log may show it: no query, which may be a signature, no credentials, no fragment (H34). */
export function publicAddress(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Reads an address of http or https.
 *
 * @throws Failure ConfigurationInvalid, which does not repeat the text: it may hold a signature
 */
export function parseAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && isHttp(url)) return url;
  throw new Failure('ConfigurationInvalid', 'an address that is to be called is no http or https URL', {
    advice: 'mend the address in the configuration',
  });
}

/** Whether it can be called over HTTP at all. */
export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}
