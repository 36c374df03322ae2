// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Environment } from '@ims/env';

import { storeTlsOf, type StoreTls } from './store-trust.ts';

/** The variables that say how S3 is reached. */
export const S3_NAMES = [
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'S3_ENDPOINT',
  'S3_HOST',
  'S3_SSL_VALIDATE',
  'S3_SSL_VERIFY',
] as const;

/** Their values. */
export type S3Values = Environment<(typeof S3_NAMES)[number]>['values'];

/** How S3 is reached. */
export interface S3Access {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly tls: StoreTls;
}

/** Reads how S3 is reached; what is missing or contradicts itself is added to `problems`, a sentence each. */
export function s3AccessOf(values: S3Values, problems: string[]): S3Access {
  const { S3_ACCESS_KEY: accessKeyId = '', S3_SECRET_KEY: secretAccessKey = '' } = values;
  if (accessKeyId === '') problems.push('S3_ACCESS_KEY is not set (needed for a store in S3)');
  if (secretAccessKey === '') problems.push('S3_SECRET_KEY is not set (needed for a store in S3)');
  return {
    endpoint: endpointOf(values, problems),
    credentials: { accessKeyId, secretAccessKey },
    tls: storeTlsOf(values),
  };
}

function endpointOf({ S3_ENDPOINT, S3_HOST }: S3Values, problems: string[]): string {
  if (S3_ENDPOINT !== undefined) return S3_ENDPOINT;
  if (S3_HOST === undefined) {
    problems.push('neither S3_ENDPOINT nor S3_HOST is set (needed for a store in S3)');
    return '';
  }
  const endpoint = endpointOfHost(S3_HOST);
  if (endpoint !== undefined) return endpoint;
  problems.push('S3_HOST is not a server (accepted: `host`, `host:port` or an http or https address)');
  return '';
}

/**
 * The address that `S3_HOST` means: without a scheme it is reached by TLS.
 *
 * @example
 * endpointOfHost('rgw:8080') // 'https://rgw:8080'
 */
export function endpointOfHost(text: string): string | undefined {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null || url.hostname === '' || url.pathname !== '/') return undefined;
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain ? url.origin : undefined;
}
