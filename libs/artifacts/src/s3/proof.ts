// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The part of a command of the SDK that is needed to change its request. */
interface Changeable {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<never>) => (args: { readonly request: unknown }) => Promise<never>,
      options: { readonly step: 'build'; readonly name: string },
    ): void;
  };
}

/** What vouches for the bytes of a part; each is covered by the signature of the request. */
export type Proof =
  /** The header with its checksum, for a service that keeps one for each part: one sha256 less for it to take. */
  | 'checksum'
  /** The hash of the payload, which every service checks. */
  | 'payload';

/** What the SDK's signer takes as it stands; see the list of payload options of Signature Version 4. */
const UNSIGNED = 'UNSIGNED-PAYLOAD';

/**
 * Signs a payload by a checksum that is known already, so that the service checks what arrives against what was read
 * and nobody hashes it again.
 */
export function withProof<C extends object>(command: C, sha256: string, proof: Proof = 'payload'): C {
  const { middlewareStack } = command as unknown as Changeable;
  const hash = proof === 'checksum' ? UNSIGNED : Buffer.from(sha256, 'base64').toString('hex');
  middlewareStack.add(
    (next) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = hash;
      return await next(args as never);
    },
    { step: 'build', name: 'signKnownPayload' },
  );
  return command;
}
