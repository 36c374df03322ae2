// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { sentinelPath } from '@ims/contract';
import type { SessionVariables } from '@ims/openssh';

import type { SshdConfig } from './config.ts';

/** What a login makes for itself. */
const OF_THE_LOGIN =
  /^(?:HOME|USER|LOGNAME|SHELL|MAIL|TERM|PWD|OLDPWD|SHLVL|_|SSH_(?:CLIENT|CONNECTION|TTY|ORIGINAL_COMMAND))$/;

/** What a jailed shell sees of its container: what the job is, and the way to the outside. */
const OF_THE_JOB = ['IMS_ACTION', 'BUILD_ARCH', 'JOB_ENABLE_DKMS', 'ENABLE_DEBUG', 'SSH_JAIL'] as const;
const OF_THE_NETWORK = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'] as const;

/** The names of what a jailed shell sees; docs/customising.md lists them. */
const JAIL_VARIABLES: readonly string[] = [
  ...OF_THE_JOB,
  ...OF_THE_NETWORK.flatMap((name) => [name, name.toUpperCase()]),
];

/** What every user's shell sees of the job (reference §2). */
export function sessionVariables({ values }: SshdConfig): SessionVariables {
  return {
    IMS_JOB_ID: values.IMS_JOB_ID,
    IMS_ARCH: values.BUILD_ARCH,
    IMS_DKMS_ENABLED: values.JOB_ENABLE_DKMS ? 'True' : 'False',
    REMOTE_BUILD_NODE: '',
  };
}

/**
 * What Kubernetes tells of the services of a namespace: seven variables for each, and each IMS job has a service. They
 * come last, since sshd takes only so many.
 */
const OF_A_SERVICE =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

function isOfService([name]: readonly [string, string]): boolean {
  return OF_A_SERVICE.test(name) && !name.startsWith('KUBERNETES_');
}

/** What a shell sees besides: the container's environment; a jailed one a part of it. */
export function shellEnvironment({ values, environment, layout }: SshdConfig): Readonly<Record<string, string>> {
  const named = (values.IMS_SHELL_VARIABLES ?? '').split(/[ ,]+/);
  const forJail = new Set([...JAIL_VARIABLES, ...named]);
  const seen = Object.entries(environment)
    .filter(([name]) => !OF_THE_LOGIN.test(name))
    .filter(([name]) => !layout.jailed || forJail.has(name));
  return Object.fromEntries([...seen.filter((row) => !isOfService(row)), ...seen.filter(isOfService)]);
}

/** What the customization script sees: the container's environment, the job, and where it may put the flags. */
export function scriptVariables(config: SshdConfig): Readonly<Record<string, string>> {
  const { environment, layout } = config;
  return {
    ...environment,
    ...sessionVariables(config),
    IMAGE_ROOT_PARENT: layout.parent,
    IMAGE_ROOT_DIR: layout.imageRoot,
    SIGNAL_FILE_READY: sentinelPath(layout, 'ready'),
    SIGNAL_FILE_COMPLETE: sentinelPath(layout, 'complete'),
    SIGNAL_FILE_FAILED: sentinelPath(layout, 'failed'),
    SIGNAL_FILE_EXITING: sentinelPath(layout, 'exiting'),
  };
}
