// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { CommonOptions } from '@ims/cli';
import { sentinelPath, VERSION } from '@ims/contract';
import type { ExportPorts, Reporter } from '@ims/export';
import {
  bootFileNames,
  createAttributes,
  freeSpace,
  lazyImageRoot,
  unlockWith,
  zstdSupport,
  type ImageRoot,
  type LazyRoot,
} from '@ims/image-root';
import { openJournal } from '@ims/journal';
import { createPodReporter } from '@ims/kube';
import { openLogger } from '@ims/logging';
import { createMetrics, type Metrics } from '@ims/metrics';
import { createRunner } from '@ims/process';
import { combineReporters, createStatusFile, createTerminationMessage } from '@ims/reporting';
import { systemClock, type Logger } from '@ims/runtime';
import {
  createBoard,
  createHeartbeat,
  createPeer,
  ensurePrivateDirectory,
  keepReserve,
  type ClosableBoard,
  userDirectoryOf,
} from '@ims/sentinel';
import { createPacker } from '@ims/squashfs';

import { archiveSums, jobArtifacts } from './artifacts.ts';
import type { AgentConfig } from './config.ts';
import { DECOMPRESSORS } from './decompressors.ts';
import { jobInspector } from './inspector.ts';
import { podPlaceOf } from './pod.ts';
import { openPublishing, type Publishing } from './publishing.ts';
import { jobStage } from './stage.ts';
import { createSurveys } from './surveys.ts';

/** The world of one agent; disposing of it ends its heartbeat and its watches. */
export interface Wired extends AsyncDisposable {
  readonly ports: ExportPorts;
  /** The calls that IMS has not taken yet, in words. */
  readonly untold: Publishing['untold'];
  readonly isJobGone: Publishing['isJobGone'];
}

/** Joins the story of the agent with the world that the configuration describes. */
export async function wire(
  config: AgentConfig,
  start: {
    readonly output: CommonOptions['output'];
    readonly signal: AbortSignal;
    /** Undefined when no metrics are served. */
    readonly metricsPort: number | undefined;
  },
): Promise<Wired> {
  const { values, layout } = config;
  const logger = await openLogger({
    name: 'ims-agent',
    level: values.LOG_LEVEL,
    format: start.output,
    secrets: secretsOf(config),
  });
  for (const warning of config.warnings) logger.warn({}, warning);
  await ensurePrivateDirectory(layout.private);
  await keepReserve(layout.private);
  // Whatever is opened before something else fails is closed again.
  await using opening = new AsyncDisposableStack();
  const journal = await openJournal({ path: `${layout.private}/journal.jsonl`, job: values.IMS_JOB_ID, logger });
  opening.defer(async () => await journal.close());
  const metrics = opening.use(openMetrics(start.metricsPort, config, logger));
  const pod = opening.use(createPodReporter({ place: podPlaceOf(values), logger }));
  const publishing = opening.use(
    await openPublishing(config, { logger, signal: start.signal, onDelivered: pod.delivered }),
  );
  const { image, board } = openShared(config, logger);
  opening.use(image);
  opening.defer(async () => await board.close());
  await board.clear('agentGone');
  const heartbeat = await beat(config, logger);
  opening.defer(async () => await heartbeat.stop());
  const opened = opening.move();
  return {
    untold: publishing.untold,
    isJobGone: publishing.isJobGone,
    ports: {
      store: publishing.store,
      registry: publishing.registry,
      ...workshop(config, image.open, logger),
      board,
      peer: createPeer({ path: sentinelPath(layout, 'sshdAlive'), clock: systemClock }),
      journal,
      logger,
      clock: systemClock,
      // The pod last: it shows what IMS has accepted.
      reporter: combineReporters([
        ...localReporters(config, logger),
        ...(metrics === undefined ? [] : [metrics]),
        ...publishing.reporters,
        pod,
      ]),
    },
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

/** What both containers work on: the image root, and the signal files. */
function openShared({ layout }: AgentConfig, logger: Logger): { image: LazyRoot; board: ClosableBoard } {
  const attributes = createAttributes({ runner: createRunner({ logger }), logger });
  const image = lazyImageRoot(layout.imageRoot, attributes);
  const userDirectory = userDirectoryOf(layout, image);
  const unlock = unlockWith(attributes);
  return { image, board: createBoard({ layout, userDirectory, logger, own: 'agentAlive', unlock }) };
}

function secretsOf({ values, destination }: AgentConfig): string[] {
  const keys = destination.s3 === undefined ? [] : Object.values(destination.s3.credentials);
  return [...keys, ...(values.OAUTH_CLIENT_SECRET === undefined ? [] : [values.OAUTH_CLIENT_SECRET])];
}

function openMetrics(port: number | undefined, { settings }: AgentConfig, logger: Logger): Metrics | undefined {
  return port === undefined ? undefined : createMetrics({ port, action: settings.action, logger });
}

async function beat({ layout }: AgentConfig, logger: Logger): Promise<ReturnType<typeof createHeartbeat>> {
  const heartbeat = createHeartbeat({
    path: sentinelPath(layout, 'agentAlive'),
    text: `ims-agent/${VERSION}`,
    logger,
  });
  await heartbeat.start();
  return heartbeat;
}

function localReporters({ values, layout }: AgentConfig, logger: Logger): Reporter[] {
  return [
    createStatusFile({ path: `${layout.private}/status.json`, logger }),
    createTerminationMessage({ path: values.IMS_TERMINATION_LOG, logger }),
  ];
}

/** Everything that works on the image root. */
function workshop(
  config: AgentConfig,
  root: () => Promise<ImageRoot>,
  logger: Logger,
): Pick<ExportPorts, 'stage' | 'inspector' | 'packer' | 'artifacts'> {
  const { values, layout } = config;
  const runner = createRunner({ logger });
  const surveys = createSurveys(root, runner);
  const prefix = layout.jailed ? '' : layout.imageRoot;
  const names = bootFileNames({
    kernel: values.KERNEL_FILENAME,
    initrd: values.INITRD_FILENAME,
    parameters: values.KERNEL_PARAMETERS_FILENAME,
    arch: values.BUILD_ARCH,
  });
  return {
    stage: jobStage({ config, root, runner, logger }),
    inspector: jobInspector({
      root,
      names,
      surveys,
      archiveDirectory: layout.private,
      prefix,
      checkKernel: values.IMS_CHECK_KERNEL,
      decompressors: DECOMPRESSORS,
      logger,
    }),
    artifacts: jobArtifacts({ archive: layout.archive, root, names, logger }),
    packer: createPacker({
      runner,
      logger,
      imageRoot: layout.imageRoot,
      archive: layout.archive,
      compression: { ...values.IMS_SQUASHFS_COMPRESSION, blockSize: values.IMS_SQUASHFS_BLOCK_SIZE },
      kernel: async () => await zstdSupport(await root()),
      usage: surveys.bytes,
      freeSpace,
      sums: archiveSums,
    }),
  };
}
