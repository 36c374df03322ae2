// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, chown, readFile } from 'node:fs/promises';

import { Failure, makeDirectories, type Logger } from '@ims/runtime';

import { isAmended } from './amend-config.ts';
import { withoutProbeLines } from './authorized-keys.ts';
import { renderBaseConfig, type BaseSettings } from './base-config.ts';
import { readIfPresent, writeAtomically } from './files.ts';
import { parsePublicKeys, type PublicKey } from './public-key.ts';

/** What the agent writes for sshd. */
export interface DoorFilesOptions {
  /** `/etc/cray/ims` in a pod. */
  readonly directory: string;
  /** The file that holds the users' keys; links are followed, as mounted ConfigMaps have them. */
  readonly authorizedKeysSource: string;
  readonly settings?: Omit<BaseSettings, 'authorizedKeysFile'>;
  readonly logger: Logger;
}

/** What was written. */
export interface DoorFiles {
  readonly configFile: string;
  readonly authorizedKeysFile: string;
  readonly keys: readonly PublicKey[];
}

/**
 * Writes sshd_config and authorized_keys (reference §4.1, §4.2). Safe to repeat: a configuration that the sshd
 * container has amended stays, and so does the file of keys when the same keys are in it.
 *
 * @throws Failure ConfigurationInvalid when there is no key, or a setting would be more than a value
 */
export async function writeDoorFiles(options: DoorFilesOptions): Promise<DoorFiles> {
  const { directory } = options;
  const configFile = `${directory}/sshd_config`;
  const authorizedKeysFile = `${directory}/authorized_keys`;
  const config = renderBaseConfig({ ...options.settings, authorizedKeysFile });
  const { text, keys } = await readKeys(options.authorizedKeysSource);
  await makeDirectories(directory, 0o755);
  await writeConfig(configFile, config);
  await writeKeys(authorizedKeysFile, text);
  // sshd's StrictModes refuses a directory that others can write, and a fresh volume is one (reference §3).
  await chown(directory, 0, 0);
  await chmod(directory, 0o600);
  const who = keys.map(({ type, fingerprint, comment }) => `${type} ${fingerprint} ${comment}`.trimEnd());
  options.logger.info({ keys: who, configFile }, 'these keys may log in');
  return { configFile, authorizedKeysFile, keys };
}

/**
 * Reads the users' public keys; the text has a character for each byte, since comments are in any encoding.
 *
 * @throws Failure ConfigurationInvalid when there is none, since nobody could log in then
 */
export async function readKeys(source: string): Promise<{ text: string; keys: readonly PublicKey[] }> {
  const bytes = await readFile(source).catch((error: unknown) => {
    throw new Failure('ConfigurationInvalid', `the users' public keys cannot be read from ${source}`, { cause: error });
  });
  const keys = parsePublicKeys(bytes.toString('utf8'));
  if (keys.length > 0) return { text: bytes.toString('latin1'), keys };
  throw new Failure('ConfigurationInvalid', `${source} holds no public key, so nobody could log in`, {
    advice: 'put a line such as `ssh-ed25519 AAAA… name` into it',
  });
}

async function writeConfig(file: string, text: string): Promise<void> {
  const found = await readIfPresent(file);
  if (found !== undefined && (found === text || isAmended(found))) return;
  await writeAtomically(file, text);
}

/** A probe that is under way keeps its line. */
async function writeKeys(file: string, text: string): Promise<void> {
  const found = await readIfPresent(file, 'latin1');
  if (found !== undefined && withoutProbeLines(found) === withoutProbeLines(text)) return;
  await writeAtomically(file, Buffer.from(text, 'latin1'));
}
