// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { sentinelPath } from '@ims/contract';
import type { SessionVariables } from '@ims/openssh';

import type { SshdConfig } from './config.ts';

/** What every user's shell sees (contract §2). */
export function sessionVariables({ values }: SshdConfig): SessionVariables {
  return {
    IMS_JOB_ID: values.IMS_JOB_ID,
    IMS_ARCH: values.BUILD_ARCH,
    IMS_DKMS_ENABLED: values.JOB_ENABLE_DKMS ? 'True' : 'False',
    REMOTE_BUILD_NODE: '',
  };
}

/** What the customization script sees: the job, and where it may put the flags, by the names it always knew. */
export function scriptVariables(config: SshdConfig): Readonly<Record<string, string>> {
  const { layout } = config;
  return {
    ...sessionVariables(config),
    IMAGE_ROOT_PARENT: layout.parent,
    IMAGE_ROOT_DIR: layout.imageRoot,
    SIGNAL_FILE_READY: sentinelPath(layout, 'ready'),
    SIGNAL_FILE_COMPLETE: sentinelPath(layout, 'complete'),
    SIGNAL_FILE_FAILED: sentinelPath(layout, 'failed'),
    SIGNAL_FILE_EXITING: sentinelPath(layout, 'exiting'),
  };
}
