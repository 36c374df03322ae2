// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

import { Failure } from '@ims/runtime';

/** How the certificates of servers are checked. */
export interface TlsPolicy {
  /** False only when the site switched the check off in so many words (H33). */
  readonly verify: boolean;
  /** Certificates that are trusted besides the system's own. */
  readonly caFile: string | undefined;
}

/** What Node's TLS takes. */
export interface Trust {
  readonly ca: string[];
  readonly rejectUnauthorized: boolean;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads whom to trust: the certificates that come with Node, the system's, and those of the site.
 *
 * @throws Failure ConfigurationInvalid for a CA file that cannot be read or holds no certificate
 */
export async function readTrust(policy: TlsPolicy): Promise<Trust> {
  const site = policy.caFile === undefined ? [] : await readCertificates(policy.caFile);
  const ca = [...new Set([...getCACertificates('bundled'), ...getCACertificates('system'), ...site])];
  return { ca, rejectUnauthorized: policy.verify };
}

async function readCertificates(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unusable(path, 'cannot be read', error);
  });
  const found = text.match(CERTIFICATE);
  if (found === null) throw unusable(path, 'holds no certificate');
  return [...found];
}

function unusable(path: string, how: string, cause?: unknown): Failure {
  return new Failure('ConfigurationInvalid', `the CA file ${path} ${how}`, {
    advice: 'mount the CA certificates of the site there in PEM, or unset the variable that names the file',
    cause,
  });
}
