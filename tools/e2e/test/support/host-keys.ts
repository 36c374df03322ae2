// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

import { TEST_HOME } from '@ims/testing';

const run = promisify(execFile);
const MADE = `${TEST_HOME}/host-keys`;

/** Puts host keys of all types into a directory; they are made once for the machine, since an RSA key takes a while. */
export async function installHostKeys(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  try {
    await cp(MADE, directory, { recursive: true });
  } catch {
    await make();
    await cp(MADE, directory, { recursive: true });
  }
}

async function make(): Promise<void> {
  await mkdir(TEST_HOME, { recursive: true });
  const draft = await mkdtemp(`${TEST_HOME}/host-keys-draft-`);
  for (const type of ['rsa', 'ecdsa', 'ed25519']) {
    await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', `${draft}/ssh_host_${type}_key`]);
  }
  // Another test process may have been faster; its keys do as well.
  await rename(draft, MADE).catch(async () => await rm(draft, { recursive: true, force: true }));
}
