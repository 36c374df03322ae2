// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A throw-away key pair. */
export interface SshKey {
  /** The private key, mode 0600. */
  readonly path: string;
  /** One line of `authorized_keys`. */
  readonly publicKey: string;
}

/** Makes an ed25519 key without a passphrase in a directory. */
export async function createSshKey(directory: string, name = 'id_test'): Promise<SshKey> {
  const path = `${directory}/${name}`;
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return { path, publicKey: (await readFile(`${path}.pub`, 'utf8')).trim() };
}
