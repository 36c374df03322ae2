// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { absolutePath, integer, ipAddress, line, pythonBoolean } from '../parsers.ts';
import { defaulted, optional, type Variable } from './row.ts';

/** How the shell is opened, and for whom. */
export const SHELL_VARIABLES = {
  SSH_JAIL: defaulted('contract', pythonBoolean, {
    fallback: 'False',
    meaning: 'Whether users are confined to the image root',
  }),
  SSHD_OPTIONS: optional(
    'contract',
    line(4096),
    'Words that are given to sshd as they stand; `-D` is refused, since sshd has to go to the background',
  ),
  SSHD_CONFIG_FILE: optional(
    'contract',
    absolutePath,
    'The configuration file of sshd; taken from the `-f` of `SSHD_OPTIONS` when unset',
  ),
  CUSTOMIZATION_SCRIPT: optional(
    'contract',
    absolutePath,
    'A program of the site that is run when the shell is open; a missing file is said and skipped',
  ),
  IMS_SHELL_VARIABLES: optional(
    'own',
    line(65_536),
    'Names of more variables of the sshd container that a jailed shell sees, with blanks between them; the chart names those of its `env.sshd`',
  ),
  IMS_UNSEEN_AGENT_TIMEOUT: defaulted('own', integer(1, 31_536_000), {
    fallback: '604800',
    meaning:
      'Seconds that a shell stays open beside an agent that has no heartbeat, as the companion of today, while nobody uses it; its death cannot be seen otherwise. A week, as a job of the chart may take',
  }),
  IMS_CONFIG_DIR: defaulted('own', absolutePath, {
    fallback: '/etc/cray/ims',
    meaning: "The directory both containers share for sshd's configuration, keys and log",
  }),
  IMS_AUTHORIZED_KEYS: defaulted('own', absolutePath, {
    fallback: '/etc/cray/authorized_keys',
    meaning: 'The public keys that may log in',
  }),
  IMS_SSH_PORT: defaulted('own', integer(1, 65535), { fallback: '22', meaning: 'The port of the shell' }),
  IMS_SSH_LISTEN: optional('own', ipAddress, 'The address the shell listens on; all when unset'),
  IMS_HOST_KEY_DIR: optional(
    'own',
    absolutePath,
    'Where host keys are kept; `/etc/ssh` when unset. Give both containers the same value',
  ),
} as const satisfies Record<string, Variable<unknown>>;
