// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createDirectoryRegistry, createDualStore, openStore } from '@ims/artifacts';
import { PHASES } from '@ims/contract';
import type { ArtifactStore, ImageRegistry, Reporter } from '@ims/export';
import type { Logger } from '@ims/runtime';

import type { AgentConfig } from './config.ts';
import { openIms, type ImsTools } from './ims.ts';
import { noRegistry } from './no-registry.ts';
import { refusedRegistry, refusedStore } from './refused.ts';
import { s3SettingsOf } from './s3-settings.ts';

/** Everything outside of the volume that a job puts something into. */
export interface Publishing extends AsyncDisposable {
  readonly store: ArtifactStore;
  readonly registry: ImageRegistry;
  readonly reporters: readonly Reporter[];
  /** What IMS does not know yet of a job that has succeeded, in words; a call that it refuses counts too (H41). */
  readonly untold: () => readonly string[];
  /** Whether IMS has deleted the record of the job meanwhile. */
  readonly isJobGone: () => boolean;
}

const SUCCESS = PHASES.Succeeded.imsStatus;

type Records = Omit<Publishing, 'store'>;

/** What opening needs besides the configuration. */
export type PublishingTools = Pick<ImsTools, 'logger' | 'signal' | 'onDelivered'>;

/**
 * Opens what the configuration names. What cannot be opened, for a mounted file that is missing, refuses when the job
 * begins; IMS is told of a store that refuses.
 */
export async function openPublishing(config: AgentConfig, tools: PublishingTools): Promise<Publishing> {
  const opened = await openRecords(config, tools).catch(refusedRecords);
  if ('refusal' in opened) return { ...opened, store: refusedStore(opened.refusal) };
  const store = await openDestination(config, tools.logger).catch(refusedStore);
  return { ...opened, store };
}

function refusedRecords(error: unknown): Records & { readonly refusal: unknown } {
  return {
    refusal: error,
    registry: refusedRegistry(error),
    reporters: [],
    isJobGone: () => false,
    untold: () => ['everything, since it cannot be reached with this configuration'],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openRecords(config: AgentConfig, tools: PublishingTools): Promise<Records> {
  const { destination, values, layout } = config;
  const { registry } = destination;
  if (registry.kind === 'ims') {
    const ims = await openIms(values, { ...tools, directory: layout.private });
    const untold = (): readonly string[] => {
      const { pending, accepted } = ims.outbox.state();
      return pending.length > 0 || accepted === SUCCESS ? pending : [`the status ${SUCCESS}, which it refuses`];
    };
    const close = async (): Promise<void> => await ims[Symbol.asyncDispose]();
    const isJobGone = (): boolean => ims.outbox.state().isJobGone;
    return { registry: ims.registry, reporters: [ims.reporter], untold, isJobGone, [Symbol.asyncDispose]: close };
  }
  const records =
    registry.kind === 'none'
      ? noRegistry
      : createDirectoryRegistry({ directory: registry.directory, arch: values.BUILD_ARCH });
  return {
    registry: records,
    reporters: [],
    untold: () => [],
    isJobGone: () => false,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/**
 * Opens the store that the configuration names.
 *
 * @throws Failure ConfigurationInvalid for a file of certificates that cannot be read
 */
export async function openDestination({ destination, values }: AgentConfig, logger: Logger): Promise<ArtifactStore> {
  const { store, s3, copy } = destination;
  const settings = s3 === undefined ? {} : { s3: await s3SettingsOf(s3, values, logger) };
  const primary = await openStore(store, { logger, job: values.IMS_JOB_ID, ...settings });
  return copy === undefined ? primary : createDualStore({ primary, copy: { directory: copy, logger } });
}
