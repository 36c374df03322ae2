// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Environment } from '@ims/env';
import { readTrust, type Trust } from '@ims/http';

/** What a site says of the certificate of its artifact repository: one name is older than the other. */
const TLS_NAMES = ['S3_SSL_VALIDATE', 'S3_SSL_VERIFY'] as const;

type TlsValues = Environment<(typeof TLS_NAMES)[number]>['values'];

/** How the certificate of the artifact repository is checked, for objects of S3 and for presigned addresses alike. */
export interface StoreTls {
  readonly verify: boolean;
  /** Certificates that are trusted besides the system's and those of `CA_CERT`. */
  readonly caFiles: readonly string[];
  /** The variable that switched the check off (H33). */
  readonly unverifiedBy: (typeof TLS_NAMES)[number] | undefined;
}

/** One that says false in so many words is enough; whatever else they say adds up. */
export function storeTlsOf(values: TlsValues): StoreTls {
  const unverifiedBy = TLS_NAMES.find((name) => values[name]?.verify === false);
  const caFiles = [...new Set(TLS_NAMES.flatMap((name) => values[name]?.caFile ?? []))];
  return { verify: unverifiedBy === undefined, caFiles, unverifiedBy };
}

/**
 * Reads whom to trust: the system, the files of the repository and that of the site.
 *
 * @throws Failure ConfigurationInvalid for a file of certificates that cannot be read
 */
export async function readStoreTrust(
  tls: StoreTls,
  { CA_CERT }: { readonly CA_CERT: string | undefined },
): Promise<Trust> {
  return await readTrust({ verify: tls.verify, caFiles: [...tls.caFiles, CA_CERT] });
}
