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

/**
 * Signs a payload by a checksum that is known already, so that the service checks what arrives against what was read
 * and nobody hashes it again; the SDK's signer takes the header as it stands.
 */
export function withSignedPayload<C extends object>(command: C, sha256: string): C {
  const { middlewareStack } = command as unknown as Changeable;
  middlewareStack.add(
    (next) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = Buffer.from(sha256, 'base64').toString('hex');
      return await next(args as never);
    },
    { step: 'build', name: 'signKnownPayload' },
  );
  return command;
}
