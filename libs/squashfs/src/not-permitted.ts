// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { errorLinesOf, Failure, type Outcome } from '@ims/runtime';

/** A user namespace has no right to what lies outside of it, whatever its capabilities say. */
const NO_NAMESPACE = 'start the pod without a user namespace (hostUsers: true)';

interface Refusal {
  readonly pattern: RegExp;
  readonly advice: string;
}

/** What unsquashfs says when the system refuses to restore an entry, and what has to change; the first that fits. */
const REFUSALS: readonly Refusal[] = [
  {
    pattern: /failed to create (character|block) device .*Operation not permitted/,
    advice: `give the container CAP_MKNOD and ${NO_NAMESPACE}, or take an image without device nodes`,
  },
  {
    pattern: /xattr trusted\..*Operation not permitted/,
    advice: `give the container CAP_SYS_ADMIN and ${NO_NAMESPACE}, or take an image without "trusted" attributes`,
  },
  {
    pattern: /xattr security\..*Operation not permitted/,
    advice: `give the container CAP_SETFCAP and ${NO_NAMESPACE}`,
  },
  {
    pattern: /failed to change uid and gids .*(Invalid argument|Value too large)/,
    advice: `${NO_NAMESPACE}: this one has no such user or group`,
  },
  {
    pattern: /Operation not permitted/,
    advice: 'give the container CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER and CAP_FSETID',
  },
];

/**
 * The failure of an unsquashfs to which the system refused a right: nothing is wrong with the archive then.
 *
 * @param doing what it was doing, for the message
 */
export function notPermitted(doing: string, outcome: Outcome): Failure | undefined {
  if (outcome.exitCode === 0) return undefined;
  const lines = errorLinesOf(outcome.stderr);
  for (const { pattern, advice } of REFUSALS) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line === undefined) continue;
    const message = `this container lacks a right that ${doing} needs; unsquashfs says: ${line}`;
    return new Failure('PlatformUnavailable', message, { advice });
  }
  return undefined;
}
