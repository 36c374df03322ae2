// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/**
 * An address of this machine from which nobody else calls: sshd counts the clients of each address, and others may have
 * used up what 127.0.0.1 may. Nothing for a server that is not on the loopback network, or where that is but one address.
 */
export function ownAddress(host: string): string | undefined {
  if (!host.startsWith('127.')) return undefined;
  const isWhole = (networkInterfaces()['lo'] ?? []).some(({ cidr }) => cidr === '127.0.0.1/8');
  return isWhole ? ['127', ...Array.from({ length: 3 }, () => String(randomInt(1, 255)))].join('.') : undefined;
}
