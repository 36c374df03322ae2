// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

import { Failure } from '@ims/runtime';

/** How the certificates of servers are checked. */
export interface TlsPolicy {
  /** False only when the site switched the check off in so many words (H33). */
  readonly verify: boolean;
  /** Files of certificates that are trusted besides the system's own; one that nobody has named is left out. */
  readonly caFiles: readonly (string | undefined)[];
}

/** Whose certificates a client accepts. */
export interface Trust {
  /** Whether they are checked at all. */
  readonly verify: boolean;
  /** What Node's TLS takes, made for the first connection and used for all: it costs some 25 ms of a processor. */
  readonly secureContext: () => SecureContext;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * Reads whom to trust: the certificates of the site, besides those that come with Node and the system's, which are
 * read when there is a connection that needs them.
 *
 * @throws Failure ConfigurationInvalid for a CA file that cannot be read or holds no certificate
 */
export async function readTrust({ verify, caFiles }: TlsPolicy): Promise<Trust> {
  const named = caFiles.filter((path) => path !== undefined);
  const site = (await Promise.all(named.map(readCertificates))).flat();
  if (!verify) return { verify, secureContext: once(() => []) };
  const usual = (): string[] => [...getCACertificates('bundled'), ...getCACertificates('system')];
  return { verify, secureContext: once(() => [...new Set([...usual(), ...site])]) };
}

/** Trusts these certificates, in PEM, and no others. */
export function trustOnly(certificates: readonly string[]): Trust {
  return { verify: true, secureContext: once(() => [...certificates]) };
}

function once(certificates: () => string[]): Trust['secureContext'] {
  let made: SecureContext | undefined;
  return () => (made ??= createSecureContext({ ca: certificates() }));
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
