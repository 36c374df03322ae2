// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { randomUUID } from 'node:crypto';

import type { CommonOptions } from '@ims/cli';
import { sentinelPath, VERSION } from '@ims/contract';
import { openLogger } from '@ims/logging';
import { createSessions, isOwnNamespace, readProcessTable, type SshDoor } from '@ims/openssh';
import { createPlatform } from '@ims/platform';
import { createRunner } from '@ims/process';
import { systemClock } from '@ims/runtime';
import { createBoard, createHeartbeat, createPeer, ensurePrivateDirectory } from '@ims/sentinel';
import type { Platform, SessionPorts } from '@ims/session';

import type { SshdConfig } from './config.ts';
import { customizationScript } from './customization-script.ts';
import { openDoorway, type Tools } from './doorway.ts';
import { imageAccess, type ImageAccess } from './image-access.ts';
import { scriptVariables } from './variables.ts';

/** The world of one session; disposing of it ends its heartbeat and its watches. */
export interface Wired extends AsyncDisposable {
  readonly ports: SessionPorts;
}

/** Joins the story of the sshd container with the world that the configuration describes. */
export async function wire(config: SshdConfig, output: CommonOptions['output']): Promise<Wired> {
  const { values, layout } = config;
  const logger = await openLogger({ name: 'ims-sshd', level: values.LOG_LEVEL, format: output });
  for (const warning of config.warnings) logger.warn({}, warning);
  await ensurePrivateDirectory(layout.private);
  const runner = createRunner({ logger });
  const image = imageAccess(config, { runner, logger });
  const { userDirectory, unlock } = image;
  const board = createBoard({ layout, userDirectory, unlock, logger, own: 'sshdAlive' });
  const heartbeat = createHeartbeat({ path: sentinelPath(layout, 'sshdAlive'), text: `ims-sshd/${VERSION}`, logger });
  // Before the first beat: an open door beside a beating heart is what the agent believes (H39).
  await board.clear('door');
  await heartbeat.start();
  const door = openDoorway(config, image, { runner, logger });
  return {
    ports: {
      board,
      door,
      ...workers(config, { door, image, runner, logger }),
      peer: createPeer({ path: sentinelPath(layout, 'agentAlive'), clock: systemClock }),
      logger,
      clock: systemClock,
      newId: randomUUID,
    },
    [Symbol.asyncDispose]: async () => {
      await door[Symbol.asyncDispose]();
      await heartbeat.stop();
      await board.close();
      await image[Symbol.asyncDispose]();
    },
  };
}

/** Everything else that the session sets in motion. */
function workers(
  config: SshdConfig,
  parts: Tools & { readonly door: SshDoor; readonly image: ImageAccess },
): Pick<SessionPorts, 'sessions' | 'script' | 'platform'> {
  const { values, layout } = config;
  const { door, runner, logger } = parts;
  return {
    sessions: createSessions({
      logger,
      clock: systemClock,
      imageRoot: layout.imageRoot,
      jobId: values.IMS_JOB_ID,
      logFile: config.sshdOptions.logFile,
      door: () => door.processes(),
      ownNamespace: isOwnNamespace(readProcessTable(), process.pid),
    }),
    script: customizationScript({ path: values.CUSTOMIZATION_SCRIPT, env: scriptVariables(config), runner, logger }),
    platform: platformOf(config, parts),
  };
}

/** What is set up below the shell; the image gets back what it was when that is taken down. */
function platformOf({ values, layout }: SshdConfig, parts: Tools & { readonly image: ImageAccess }): Platform {
  const { image, runner, logger } = parts;
  const platform = createPlatform({
    runner,
    logger,
    arch: values.BUILD_ARCH,
    remote: false,
    dkms: values.JOB_ENABLE_DKMS && values.IMS_ACTION === 'customize',
    imageRoot: layout.imageRoot,
    openDirectory: image.openDirectory,
  });
  return {
    ...platform,
    tearDown: async () => {
      await platform.tearDown();
      await image.restoreJail();
    },
  };
}
