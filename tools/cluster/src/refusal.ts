// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** What of this machine decides whether a cluster can be brought up on it. */
export interface Host {
  readonly platform: string;
  readonly user: number | undefined;
  /** Whether a program is there to be run. */
  readonly has: (program: string) => boolean;
}

/** Programs that `npm run cluster` cannot install, or that a suite must find when nobody ran it. */
const PROGRAMS = ['go', 'containerd', 'ctr', 'runc', 'podman', 'ip', 'nsenter', 'openssl'];

const PLUGIN = '/usr/lib/cni/ptp';

/** What to do instead. */
export const ELSEWHERE =
  'use a cluster of your own instead: kind create cluster, or k3s, and KUBECONFIG=FILE names it to the tests';

/** Why no cluster can be brought up here, or undefined. */
export function refusal(host: Host): string | undefined {
  if (host.platform !== 'linux') return `a cluster needs Linux and this is ${host.platform}`;
  if (host.user !== 0) return 'a cluster needs root: it makes network namespaces, mounts and control groups';
  const missing = [...PROGRAMS, PLUGIN].filter((program) => !host.has(program));
  return missing.length === 0 ? undefined : `a cluster needs ${missing.join(', ')}, which this machine does not have`;
}

/** This machine. */
export function thisHost(): Host {
  return { platform: process.platform, user: process.getuid?.(), has: isProgram };
}

function isProgram(program: string): boolean {
  const directories = program.startsWith('/') ? ['/'] : `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  return directories.some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
