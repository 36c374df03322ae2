// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createDoor, createKeyNames, createLogFollower, type DoorOptions, type SshDoor } from '@ims/openssh';
import { systemClock, type Logger, type Runner } from '@ims/runtime';

import type { SshdConfig } from './config.ts';
import type { ImageAccess } from './image-access.ts';
import { sessionVariables, shellEnvironment } from './variables.ts';

/** What every part of this program works with. */
export interface Tools {
  readonly runner: Runner;
  readonly logger: Logger;
}

/** What the configuration says of the door. */
export function doorOptions(config: SshdConfig, image: ImageAccess, tools: Tools): DoorOptions {
  const { values, layout } = config;
  return {
    ...tools,
    clock: systemClock,
    sshdOptions: values.SSHD_OPTIONS ?? '',
    configFile: values.SSHD_CONFIG_FILE,
    variables: sessionVariables(config),
    environment: shellEnvironment(config),
    hostKeyDirectory: values.IMS_HOST_KEY_DIR,
    ...(layout.jailed ? { jail: layout.imageRoot, checkJail: image.checkJail } : {}),
  };
}

/** The door, with sshd's log followed into ours until it is disposed of (H38). */
export function openDoorway(config: SshdConfig, image: ImageAccess, tools: Tools): SshDoor & AsyncDisposable {
  const { logFile } = config.sshdOptions;
  const keyNames = createKeyNames();
  const ended = new AbortController();
  const follower =
    logFile === undefined
      ? undefined
      : createLogFollower({ file: logFile, logger: tools.logger, clock: systemClock, keyNames });
  const following = follower?.run(ended.signal);
  return {
    ...createDoor({ ...doorOptions(config, image, tools), keyNames }),
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await following;
    },
  };
}
