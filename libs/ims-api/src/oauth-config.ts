// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Failure } from '@ims/runtime';

/** With what a token is asked for. */
export interface OauthConfig {
  /** The full address of the token endpoint. */
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where it is read from. */
export interface OauthConfigSource {
  /** Holds the files `endpoint`, `client-id` and `client-secret` (reference §6.3). */
  readonly directory: string;
  /** What variables say; each wins over its file. */
  readonly overrides: { readonly [Field in keyof OauthConfig]?: OauthConfig[Field] | undefined };
}

const FILES = { endpoint: 'endpoint', clientId: 'client-id', clientSecret: 'client-secret' } as const;

/**
 * Reads the OAuth configuration, values trimmed.
 *
 * @throws Failure ConfigurationInvalid naming the file that is missing, unreadable or empty, or the bad address
 */
export async function readOauthConfig(source: OauthConfigSource): Promise<OauthConfig> {
  const config = {
    endpoint: await readField('endpoint', source),
    clientId: await readField('clientId', source),
    clientSecret: await readField('clientSecret', source),
  };
  const address = URL.canParse(config.endpoint) ? new URL(config.endpoint).protocol : '';
  if (/^https?:$/.test(address)) return config;
  throw invalid('the address of the token server is no http or https URL', `mend it in ${fileOf('endpoint', source)}`);
}

async function readField(field: keyof OauthConfig, source: OauthConfigSource): Promise<string> {
  const given = source.overrides[field]?.trim() ?? '';
  if (given !== '') return given;
  const path = fileOf(field, source);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw invalid(`${path} cannot be read`, 'mount the OAuth configuration there or give the variable for it', error);
  });
  if (text.trim() === '') throw invalid(`${path} is empty`, 'put the value into the file or give the variable for it');
  return text.trim();
}

function fileOf(field: keyof OauthConfig, { directory }: OauthConfigSource): string {
  return join(directory, FILES[field]);
}

function invalid(message: string, advice: string, cause?: unknown): Failure {
  return new Failure('ConfigurationInvalid', message, { advice, cause });
}
