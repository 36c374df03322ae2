// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/**
 * Refuses addresses without TLS, which would show tokens and the client secret to the network.
 *
 * @throws Failure ConfigurationInvalid, unless they are allowed
 */
export function refusePlainHttp(
  addresses: Readonly<Record<string, string>>,
  policy: { readonly allowPlain: boolean },
): void {
  if (policy.allowPlain) return;
  for (const [what, address] of Object.entries(addresses)) {
    if (!URL.canParse(address) || new URL(address).protocol === 'https:') continue;
    throw new Failure(
      'ConfigurationInvalid',
      `the address of ${what} is plain http: secrets could be read on the way`,
      {
        advice: 'give its https address, or set OAUTHLIB_INSECURE_TRANSPORT to allow it',
      },
    );
  }
}
