// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { CommonOptions } from '@ims/cli';
import { createFetcher } from '@ims/download';
import { createAttributes, openVolume } from '@ims/image-root';
import { createPodReporter } from '@ims/kube';
import { openLogger } from '@ims/logging';
import type { PreparationPorts } from '@ims/preparation';
import { createRunner } from '@ims/process';
import { combineReporters, createStatusFile, createTerminationMessage } from '@ims/reporting';
import { systemClock } from '@ims/runtime';
import { ensurePrivateDirectory } from '@ims/sentinel';
import { createUnpacker } from '@ims/squashfs';

import { podPlaceOf } from '../pod.ts';
import { transferPolicyOf } from '../retry-policy.ts';
import { agentCheck } from './agent-check.ts';
import type { PrepareConfig } from './config.ts';
import { ensureParent } from './parent.ts';
import { openSource } from './source.ts';
import { openTelling } from './tell-ims.ts';

/** The world of one `prepare`. */
export interface WiredPreparation extends AsyncDisposable {
  readonly ports: PreparationPorts;
}

/** Joins the story of `prepare` with the world that the configuration describes. */
export async function wirePreparation(
  config: PrepareConfig,
  { output, signal }: { readonly output: CommonOptions['output']; readonly signal: AbortSignal },
): Promise<WiredPreparation> {
  const { values, layout, settings } = config;
  const logger = await openLogger({
    name: 'ims-agent',
    level: values.LOG_LEVEL,
    format: output,
    secrets: secretsOf(config),
  });
  for (const warning of config.warnings) logger.warn({}, warning);
  await ensureParent(layout.parent);
  await ensurePrivateDirectory(layout.private);
  const policy = transferPolicyOf(values);
  await using opening = new AsyncDisposableStack();
  const { source } = opening.use(await openSource({ config, logger }));
  const pod = opening.use(createPodReporter({ place: podPlaceOf(values), logger }));
  const tools = { directory: layout.private, logger, signal, onDelivered: pod.delivered };
  const telling = opening.use(await openTelling(values, tools));
  const archive = `${layout.parent}/image.sqsh`;
  const stateFile = `${layout.private}/download.json`;
  const fetcher = opening.use(createFetcher({ source, archive, stateFile, policy, logger }));
  const runner = createRunner({ logger });
  const opened = opening.move();
  return {
    ports: {
      agent: agentCheck(config, logger),
      fetcher,
      unpacker: createUnpacker({ runner, logger, archive, place: source.place }),
      volume: openVolume({ layout, job: settings.jobId, attributes: createAttributes({ runner, logger }) }),
      reporter: combineReporters([
        createStatusFile({ path: `${layout.private}/status.json`, logger }),
        createTerminationMessage({ path: values.IMS_TERMINATION_LOG, logger }),
        ...telling.reporters,
        // Last: it shows what IMS has accepted.
        pod,
      ]),
      logger,
      clock: systemClock,
    },
    [Symbol.asyncDispose]: async () => {
      await opened.disposeAsync();
    },
  };
}

/** What signs the address, however it turns up, and what opens the store. */
function secretsOf({ source, values }: PrepareConfig): string[] {
  const { S3_ACCESS_KEY, S3_SECRET_KEY, OAUTH_CLIENT_SECRET } = values;
  const keys = [S3_ACCESS_KEY, S3_SECRET_KEY, OAUTH_CLIENT_SECRET].filter((key) => key !== undefined);
  if (source.kind !== 'http') return keys;
  const { url } = source;
  return [...keys, url.search.slice(1), url.password, ...url.searchParams.values().filter(isLikelySecret)];
}

/** A short value (`86400`, `20260101T000000Z`) is no secret, and hiding it would garble the log. */
function isLikelySecret(value: string): boolean {
  return value.length > 16;
}
