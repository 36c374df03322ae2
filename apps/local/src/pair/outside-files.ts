// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, constants, stat } from 'node:fs/promises';

import { problemOfPlace } from '../place.ts';
import type { OwnEnvironment } from './outside.ts';

const CERTIFICATES = ['CA_CERT', 'S3_SSL_VALIDATE', 'S3_SSL_VERIFY'] as const;

/**
 * The files and directories that our own environment names for publishing outside of this machine and that cannot be
 * used, a sentence each: the agent would find out when the image has been copied.
 */
export async function unusableOutside(env: OwnEnvironment): Promise<string[]> {
  const named = CERTIFICATES.map(async (name) => await problem(name, env[name], problemOfFile));
  const copy = problem('IMS_STORE_COPY', env['IMS_STORE_COPY'], async (path) => await problemOfPlace(path, 'write'));
  const problems = await Promise.all([...named, copy]);
  return problems.filter((one) => one !== undefined);
}

/** What is no absolute path is told of with all that is malformed. */
async function problem(
  name: string,
  path: string | undefined,
  look: (path: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (path?.startsWith('/') !== true || /\p{Cc}/u.test(path) || path.length > LONGEST_PATH) return undefined;
  const found = await look(path);
  return found === undefined ? undefined : `${name} is ${path}, which ${found}`;
}

const LONGEST_PATH = 4095;

async function problemOfFile(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isFile()) return 'is not a file';
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
  }
}
