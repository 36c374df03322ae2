// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { checkConfigPath, checkConfigValue } from './config-value.ts';
import { LIMITS } from './limits.ts';

/** Where the pair keeps sshd's files in a pod (reference §4.1). */
export const POD_CONFIG_DIRECTORY = '/etc/cray/ims';

/** The host keys that are made, as `ssh-keygen -A` does, and the names that sshd looks for. */
export const HOST_KEY_TYPES = ['rsa', 'ecdsa', 'ed25519'] as const;

/** A type of host key. */
export type HostKeyType = (typeof HOST_KEY_TYPES)[number];

/** The file of a host key in its directory. */
export function hostKeyFile(directory: string, type: HostKeyType): string {
  return `${directory}/ssh_host_${type}_key`;
}

/** What differs when several doors are open on one machine; in a pod all of it is left out. */
export interface BaseSettings {
  readonly port?: number | undefined;
  readonly listenAddress?: string | undefined;
  /** Holds the host keys instead of `/etc/ssh`. */
  readonly hostKeyDirectory?: string | undefined;
  readonly pidFile?: string | undefined;
  readonly authorizedKeysFile?: string | undefined;
}

/**
 * Renders the base sshd_config that the agent writes (reference §4.1), with room for many clients.
 *
 * @throws Failure ConfigurationInvalid for a value that would be more than a value (H30)
 */
export function renderBaseConfig(settings: BaseSettings = {}): string {
  const keysFile = settings.authorizedKeysFile ?? `${POD_CONFIG_DIRECTORY}/authorized_keys`;
  const lines = [
    `Port ${String(settings.port ?? 22)}`,
    ...listenLines(settings),
    ...hostKeyLines(settings),
    ...pidFileLines(settings),
    'LogLevel INFO',
    'PermitRootLogin yes',
    'PubkeyAuthentication yes',
    `AuthorizedKeysFile ${checkConfigPath('the authorized keys file', keysFile)}`,
    'PasswordAuthentication no',
    'ChallengeResponseAuthentication no',
    'Subsystem sftp internal-sftp',
    ...Object.entries(LIMITS).map((limit) => limit.join(' ')),
  ];
  return `${lines.join('\n')}\n`;
}

function listenLines({ listenAddress }: BaseSettings): string[] {
  return listenAddress === undefined ? [] : [`ListenAddress ${checkConfigValue('the listen address', listenAddress)}`];
}

function hostKeyLines({ hostKeyDirectory }: BaseSettings): string[] {
  if (hostKeyDirectory === undefined) return [];
  const directory = checkConfigPath('the host key directory', hostKeyDirectory);
  return HOST_KEY_TYPES.map((type) => `HostKey ${hostKeyFile(directory, type)}`);
}

function pidFileLines({ pidFile }: BaseSettings): string[] {
  return pidFile === undefined ? [] : [`PidFile ${checkConfigPath('the pid file', pidFile)}`];
}
