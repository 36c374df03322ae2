// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('apt-install.sh', import.meta.url));

/**
 * Installs Debian packages without starting the services in them.
 *
 * @param {readonly string[]} packages
 * @returns {string | undefined} what apt said when it failed
 */
export function aptInstall(packages) {
  const { status, error, stdout, stderr } = spawnSync('sh', [SCRIPT, ...packages], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return status === 0 ? undefined : (error?.message ?? `${stdout}${stderr}`.trim());
}
