// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { join } from 'node:path';

import type { JobPaths } from '../job/home.ts';
import type { JobRecord } from '../job/record.ts';
import type { BootNames } from '../image/boot-names.ts';
import { keyFiles, SHELL_ADDRESS } from '../shell/keys.ts';

/** An environment for a child: all that it gets. */
export type Variables = Readonly<Record<string, string>>;

/** Seconds that one half of the pair waits for the first sign of the other, which starts at the same moment. */
const PEER_TIMEOUT = '60';

function common(paths: JobPaths, record: JobRecord): Variables {
  return {
    IMS_ACTION: record.action,
    IMS_JOB_ID: record.id,
    IMAGE_ROOT_PARENT: paths.volume,
    SSH_JAIL: record.jailed ? 'True' : 'False',
    BUILD_ARCH: record.architecture,
    IMS_HOST_KEY_DIR: keyFiles(paths).hostKeys,
    IMS_PEER_TIMEOUT: PEER_TIMEOUT,
    LOG_LEVEL: record.logLevel,
  };
}

/** Everything that the agent gets. */
export function agentVariables(
  paths: JobPaths,
  record: JobRecord,
  settings: { readonly boot: BootNames; readonly port: number; readonly outside: Variables },
): Variables {
  const { boot, port, outside } = settings;
  return {
    ...outside,
    ...common(paths, record),
    IMAGE_ROOT_ARCHIVE_NAME: record.name,
    KERNEL_FILENAME: boot.kernel,
    INITRD_FILENAME: boot.initrd,
    ...(boot.parameters === undefined ? {} : { KERNEL_PARAMETERS_FILENAME: boot.parameters }),
    IMS_STORE: record.store,
    IMS_CONFIG_DIR: paths.config,
    IMS_AUTHORIZED_KEYS: keyFiles(paths).authorizedKeys,
    IMS_CA_DIR: join(paths.directory, 'ca'),
    IMS_SSH_PORT: String(port),
    IMS_SSH_LISTEN: SHELL_ADDRESS,
    IMS_TERMINATION_LOG: join(paths.logs, 'agent.termination'),
  };
}

/** Everything that the sshd side gets: nothing of it is a secret, since its users can read it (H31). */
export function sshdVariables(paths: JobPaths, record: JobRecord): Variables {
  const config = join(paths.config, 'sshd_config');
  return {
    ...common(paths, record),
    SSHD_OPTIONS: `-E ${join(paths.config, 'sshd.log')} -f ${config}`,
    SSHD_CONFIG_FILE: config,
    CUSTOMIZATION_SCRIPT: '',
  };
}
