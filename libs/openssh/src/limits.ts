// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Runner } from '@ims/runtime';

/**
 * How many may come at once. sshd's own limits are for people: ten sessions in a connection, and from ten logins under way
 * it drops some. Ansible with fifty forks, CFS and a user's own tools come together here, and strangers at the port must
 * not keep them out. One source of strangers ({@link SOURCE_LIMITS}) and a hundred logins of users stay below the number
 * from which logins are dropped; whoever does not log in within a minute makes room.
 */
export const LIMITS = {
  MaxSessions: '200',
  MaxStartups: '200:30:400',
  LoginGraceTime: '60',
} as const;

/** OpenSSH knows it since 8.5, and refuses a configuration with a word that it does not know. */
const SOURCE_LIMITS = { PerSourceMaxStartups: '100' } as const;

/** Every limit that an sshd knows. */
export async function limitsOf(sshd: {
  readonly runner: Runner;
  readonly program: string;
}): Promise<Readonly<Record<string, string>>> {
  const options = Object.entries(SOURCE_LIMITS).flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]);
  const args = ['-f', '/dev/null', ...options, '-t'];
  const { stderr } = await sshd.runner.run({ program: sshd.program, args, timeoutMs: 20_000 });
  return stderr.includes('Bad configuration option') ? LIMITS : { ...LIMITS, ...SOURCE_LIMITS };
}
