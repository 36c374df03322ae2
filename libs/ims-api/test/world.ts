// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHttp, trustOnly } from '@ims/http';
import { systemClock, type Clock } from '@ims/runtime';
import {
  eventually,
  onCleanup,
  recordingLogger,
  startFakeIms,
  startFaultProxy,
  startTokenServer,
  temporaryDirectory,
  type FakeIms,
  type FaultProxy,
  type RecordingLogger,
  type TokenServer,
} from '@ims/testing';
import type { ImageRegistry } from '@ims/export';
import {
  createImsClient,
  createImsRegistry,
  createTokenSource,
  openOutbox,
  type ImsClient,
  type Outbox,
} from '../src/index.ts';

export const SECRET = 's3cret-of-the-client';
export const RETRY = { budgetMs: 300, firstMs: 1, longestMs: 20 };
export const LONG = 20_000;
export const NEVER = new AbortController().signal;

/** An IMS behind a fault proxy, its token server, and the parts of an agent. */
export interface World {
  readonly ims: FakeIms;
  readonly tokens: TokenServer;
  readonly proxy: FaultProxy;
  readonly logger: RecordingLogger;
  readonly client: ImsClient;
  readonly jobId: string;
  readonly path: string;
  /** The address of IMS through the proxy. */
  readonly url: string;
  openOutbox(clock?: Clock): Promise<Outbox>;
  openOutboxOf(jobId: string, more?: { clock?: Clock; podUid?: string | undefined }): Promise<Outbox>;
  /** A clock by which every bound is over when the first attempt at a record has failed. */
  readonly untilFailed: Clock;
  registryOf(outbox: Outbox, boundMs?: number): ImageRegistry;
  status(): string | undefined;
  result(): string | null | undefined;
}

export async function createWorld(
  options: {
    metadata?: 'kept' | 'refused' | 'misread';
    clientSecret?: string;
    lifetimeSeconds?: number;
    deadlineMs?: number;
  } = {},
): Promise<World> {
  const tokens = await startTokenServer({
    clientId: 'agent',
    clientSecret: SECRET,
    lifetimeSeconds: options.lifetimeSeconds ?? 300,
  });
  const ims = await startFakeIms({ tokens, metadata: options.metadata ?? 'kept' });
  const { origin, pathname } = new URL(ims.url);
  const proxy = await startFaultProxy({ target: origin });
  const url = `${proxy.url}${pathname}`;
  const logger = recordingLogger();
  const http = createHttp({ trust: trustOnly([]), userAgent: 'ims-agent/1' });
  onCleanup(async () => {
    await http.close();
  });
  const clientSecret = options.clientSecret ?? SECRET;
  const source = createTokenSource({
    http,
    config: async () => ({ endpoint: tokens.url, clientId: 'agent', clientSecret }),
    deadlineMs: 1000,
    retry: { ...RETRY, budgetMs: 20 },
    logger,
  });
  const client = createImsClient({ http, url, tokens: source, deadlineMs: options.deadlineMs ?? LONG });
  const { id: jobId } = ims.addJob();
  const path = `${await temporaryDirectory()}/outbox.json`;
  const job = () => ims.jobs().find(({ id }) => id === jobId);
  const openOutboxOf: World['openOutboxOf'] = async (ofJob, more = {}) => {
    const outbox = await openOutbox({ path, jobId: ofJob, client, retry: RETRY, logger, ...more });
    onCleanup(async () => {
      await outbox.close();
    });
    return outbox;
  };
  return {
    ims,
    tokens,
    proxy,
    logger,
    client,
    jobId,
    path,
    url,
    openOutbox: async (clock = systemClock) => await openOutboxOf(jobId, { clock }),
    openOutboxOf,
    untilFailed: {
      ...systemClock,
      sleep: async () => {
        await eventually(() =>
          logger.messages('warn').some((message) => message.startsWith('making the image record')),
        );
      },
    },
    registryOf: (outbox, boundMs = LONG) =>
      createImsRegistry({ outbox, arch: 'x86_64', boundMs, retry: RETRY, logger }),
    status: () => job()?.status,
    result: () => job()?.resultant_image_id,
  };
}
