// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

import { PLAIN_PATH } from '@ims/process';
import { Failure } from '@ims/runtime';

/** Programs without which no job runs, and the Debian packages they are in. */
const REQUIRED: Readonly<Record<string, string>> = {
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  mksquashfs: 'squashfs-tools',
  unsquashfs: 'squashfs-tools',
  setpriv: 'util-linux',
  tar: 'tar',
};

/**
 * Looks whether this machine and this user can run a job at all.
 *
 * @throws Failure ConfigurationInvalid, PlatformUnavailable with the exact command that helps
 */
export async function requireMachine(machine: { isRoot: boolean; asRoot: string }): Promise<void> {
  if (!machine.isRoot) {
    throw new Failure('ConfigurationInvalid', 'a job needs root: it keeps the owners of files and runs sshd', {
      advice: `run it as: ${machine.asRoot}`,
    });
  }
  const missing = await missingPrograms(PLAIN_PATH);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => REQUIRED[program]))].join(' ');
  throw new Failure('PlatformUnavailable', `this machine lacks ${missing.join(', ')}`, {
    advice: `install them: apt-get install ${packages}`,
  });
}

/** Which of the required programs are in none of the directories of `path`. */
async function missingPrograms(path: string): Promise<string[]> {
  const found = await Promise.all(
    Object.keys(REQUIRED).map(async (program) => ((await isIn(path, program)) ? [] : [program])),
  );
  return found.flat();
}

async function isIn(path: string, program: string): Promise<boolean> {
  const tries = path.split(':').map(async (directory) => access(join(directory, program), constants.X_OK));
  return (await Promise.allSettled(tries)).some(({ status }) => status === 'fulfilled');
}
