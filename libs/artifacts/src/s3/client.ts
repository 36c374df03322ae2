// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { S3Client } from '@aws-sdk/client-s3';
import { createAgents } from '@ims/http';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import type { S3Settings } from './settings.ts';

/** Merging a large object keeps some servers silent for minutes: they are given this many times the usual time. */
const PATIENCE = 10;

/** Without one the SDK writes to the console; what fails is told by whoever made the call. */
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Two views of one service that differ in how long a silence they bear. */
export interface Clients {
  readonly usual: S3Client;
  readonly patient: S3Client;
}

/**
 * Makes the clients of a service: path style and signed payloads, without the checksum trailers that older Ceph does
 * not understand, and without the SDK's own retries, which nobody would see.
 */
export function createClients(settings: S3Settings): Clients {
  // Agents of ours: the handler drops the trust in the ones that it makes itself.
  const { plain, tls } = createAgents(settings.trust, { keepAlive: true, maxSockets: 50 });
  const agents = { httpAgent: plain, httpsAgent: tls };
  const withTimeout = (socketTimeout: number): S3Client =>
    new S3Client({
      endpoint: settings.endpoint,
      region: settings.region ?? 'us-east-1',
      credentials: settings.credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      logger: SILENT,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      followRegionRedirects: false,
      expectContinueHeader: false,
      requestHandler: new NodeHttpHandler({ ...agents, socketTimeout, connectionTimeout: settings.stallMs }),
    });
  return { usual: withTimeout(settings.stallMs), patient: withTimeout(settings.stallMs * PATIENCE) };
}
