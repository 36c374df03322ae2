// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHttp, trustOnly } from '@ims/http';
import { silentLogger } from '@ims/runtime';
import { createImsClient, createImsRegistry, createTokenSource, openOutbox } from '../src/index.ts';

// The part of an agent that talks to IMS, as a program that can be killed: one image, from its record to `success`.
const { url, tokenUrl, clientSecret, path, jobId } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;

const NEVER = new AbortController().signal;
const retry = { budgetMs: 1000, firstMs: 1, longestMs: 20 };
const logger = silentLogger;
const http = createHttp({ trust: trustOnly([]), userAgent: 'ims-agent/1' });
const config = async () => ({ endpoint: tokenUrl ?? '', clientId: 'agent', clientSecret: clientSecret ?? '' });
const tokens = createTokenSource({ http, config, deadlineMs: 5000, retry, logger });
const client = createImsClient({ http, url: url ?? '', tokens, deadlineMs: 60_000 });
const outbox = await openOutbox({ path: path ?? '', jobId: jobId ?? '', client, retry, logger });
const registry = createImsRegistry({ outbox, arch: 'x86_64', boundMs: 60_000, retry, logger });

outbox.tell('packaging_artifacts');
const imageId = await registry.create({ jobId: jobId ?? '', imageName: 'an image' }, NEVER);
const image = { imageId, imageName: 'an image', jobId: jobId ?? '' };
const manifest = { path: `s3://boot-images/${imageId}/manifest.json`, etag: 'abc', linkType: 's3' } as const;
await registry.link(image, manifest, NEVER);
await registry.announce(image, NEVER);
outbox.tell('success');
await outbox.settled(NEVER);
await outbox.close();
await http.close();
