// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { createImsClient, type ImsClient } from './client.ts';
export { readOauthConfig, type OauthConfig, type OauthConfigSource } from './oauth-config.ts';
export { openOutbox, type Outbox, type OutboxOptions, type OutboxState } from './outbox.ts';
export { refusePlainHttp } from './plain-http.ts';
export { createImsRegistry, type ImsRegistryOptions } from './registry.ts';
export { createImsReporter, type ImsReporterOptions } from './reporter.ts';
export { createTokenSource, type TokenSource, type TokenSourceOptions } from './tokens.ts';
