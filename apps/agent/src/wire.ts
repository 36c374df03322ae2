// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createDirectoryRegistry, openStore } from '@ims/artifacts';
import type { CommonOptions } from '@ims/cli';
import { sentinelPath, VERSION } from '@ims/contract';
import type { ExportPorts } from '@ims/export';
import { bootFileNames, freeSpace, lazyImageRoot, usageOf, zstdSupport, type ImageRoot } from '@ims/image-root';
import { openJournal } from '@ims/journal';
import { openLogger } from '@ims/logging';
import { createRunner } from '@ims/process';
import { combineReporters, createStatusFile, createTerminationMessage } from '@ims/reporting';
import { systemClock, type Logger } from '@ims/runtime';
import { createBoard, createHeartbeat, createPeer, ensurePrivateDirectory, volumeDirectory } from '@ims/sentinel';
import { createPacker } from '@ims/squashfs';

import { jobArtifacts } from './artifacts.ts';
import type { AgentConfig } from './config.ts';
import { jobInspector } from './inspector.ts';
import { jobStage } from './stage.ts';

/** The world of one agent; disposing of it ends its heartbeat and its watches. */
export interface Wired extends AsyncDisposable {
  readonly ports: ExportPorts;
}

/** Joins the story of the agent with the world that the configuration describes. */
export async function wire(config: AgentConfig, output: CommonOptions['output']): Promise<Wired> {
  const { values, layout } = config;
  const logger = await openLogger({ name: 'ims-agent', level: values.LOG_LEVEL, format: output });
  for (const warning of config.warnings) logger.warn({}, warning);
  await ensurePrivateDirectory(layout.private);
  const journal = await openJournal({ path: `${layout.private}/journal.jsonl`, job: values.IMS_JOB_ID, logger });
  const image = lazyImageRoot(layout.imageRoot);
  const board = createBoard({ layout, userDirectory: userDirectory(config, image.open), logger, own: 'agentAlive' });
  const heartbeat = createHeartbeat({
    path: sentinelPath(layout, 'agentAlive'),
    text: `ims-agent/${VERSION}`,
    logger,
  });
  await heartbeat.start();
  return {
    ports: {
      store: openStore(config.store, { logger }),
      registry: createDirectoryRegistry({ directory: config.store.directory, arch: values.BUILD_ARCH }),
      ...workshop(config, image.open, logger),
      board,
      peer: createPeer({ path: sentinelPath(layout, 'sshdAlive'), clock: systemClock }),
      journal,
      logger,
      clock: systemClock,
      reporter: combineReporters([
        createStatusFile({ path: `${layout.private}/status.json`, logger }),
        createTerminationMessage({ path: values.IMS_TERMINATION_LOG, logger }),
      ]),
    },
    [Symbol.asyncDispose]: async () => {
      await heartbeat.stop();
      await board.close();
      await journal.close();
      await image[Symbol.asyncDispose]();
    },
  };
}

/** Everything that works on the image root. */
function workshop(
  config: AgentConfig,
  root: () => Promise<ImageRoot>,
  logger: Logger,
): Pick<ExportPorts, 'stage' | 'inspector' | 'packer' | 'artifacts'> {
  const { values, layout } = config;
  const runner = createRunner({ logger });
  const names = bootFileNames({
    kernel: values.KERNEL_FILENAME,
    initrd: values.INITRD_FILENAME,
    parameters: values.KERNEL_PARAMETERS_FILENAME,
    arch: values.BUILD_ARCH,
  });
  return {
    stage: jobStage({ config, root, runner, logger }),
    inspector: jobInspector({ root, names, archiveDirectory: layout.private, logger }),
    artifacts: jobArtifacts({ archive: layout.archive, root, names, logger }),
    packer: createPacker({
      runner,
      logger,
      imageRoot: layout.imageRoot,
      archive: layout.archive,
      compression: values.IMS_SQUASHFS_COMPRESSION,
      kernel: async () => await zstdSupport(await root()),
      usage: async () => (await usageOf(await root())).bytes,
      freeSpace,
    }),
  };
}

function userDirectory(config: AgentConfig, root: () => Promise<ImageRoot>): ReturnType<typeof volumeDirectory> {
  const { layout } = config;
  if (!layout.jailed) return volumeDirectory(layout.parent);
  return { open: async () => await (await root()).directory('/tmp') };
}
