// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { parseStoreAddress, type StoreAddress } from '@ims/artifacts';
import { layoutOf, sentinelPath, type Layout } from '@ims/contract';
import { readEnvironment, type Environment } from '@ims/env';
import type { ExportSettings } from '@ims/export';

const NAMES = [
  'IMS_ACTION',
  'IMS_JOB_ID',
  'IMAGE_ROOT_PARENT',
  'ENABLE_DEBUG',
  'SSH_JAIL',
  'BUILD_ARCH',
  'REMOTE_BUILD_NODE',
  'IMAGE_ROOT_ARCHIVE_NAME',
  'KERNEL_FILENAME',
  'INITRD_FILENAME',
  'KERNEL_PARAMETERS_FILENAME',
  'LOG_LEVEL',
  'IMS_ON_INVALID',
  'IMS_SQUASHFS_COMPRESSION',
  'IMS_STORE',
  'IMS_CONFIG_DIR',
  'IMS_AUTHORIZED_KEYS',
  'IMS_CA_DIR',
  'IMS_RESOLV_CONF',
  'IMS_SSH_PORT',
  'IMS_SSH_LISTEN',
  'IMS_HOST_KEY_DIR',
  'IMS_PEER_TIMEOUT',
  'IMS_TERMINATION_LOG',
] as const;

/** The checked configuration of the agent. */
export interface AgentConfig {
  readonly values: Environment<(typeof NAMES)[number]>['values'];
  readonly warnings: readonly string[];
  readonly layout: Layout;
  readonly settings: ExportSettings;
  readonly store: StoreAddress;
}

/**
 * Reads the configuration; a parent directory on the command line wins over the variable.
 *
 * @throws Failure ConfigurationInvalid naming every problem at once
 */
export function readConfig(env: NodeJS.ProcessEnv, parentArgument: string | undefined): AgentConfig {
  const given = parentArgument === undefined ? env : { ...env, IMAGE_ROOT_PARENT: parentArgument };
  const { values, warnings } = readEnvironment(NAMES, given, { IMS_STORE: parseStoreAddress });
  const layout = layoutOf({ parent: values.IMAGE_ROOT_PARENT, action: values.IMS_ACTION, jailed: values.SSH_JAIL });
  return {
    values,
    warnings,
    layout,
    settings: settingsOf(values, layout),
    store: parseStoreAddress(values.IMS_STORE ?? `${layout.parent}/published`),
  };
}

function settingsOf(values: AgentConfig['values'], layout: Layout): ExportSettings {
  const seenByUser = (path: string): string => (layout.jailed ? path.slice(layout.imageRoot.length) : path);
  return {
    jobId: values.IMS_JOB_ID,
    imageName: values.IMAGE_ROOT_ARCHIVE_NAME,
    action: values.IMS_ACTION,
    goal: 'published',
    debug: values.ENABLE_DEBUG,
    onInvalid: values.IMS_ON_INVALID,
    flags: {
      complete: seenByUser(sentinelPath(layout, 'complete')),
      failed: seenByUser(sentinelPath(layout, 'failed')),
    },
    peerTimeoutMs: values.IMS_PEER_TIMEOUT * 1000,
  };
}
