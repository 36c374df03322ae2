// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readEnvironment } from '@ims/env';
import { asFailure } from '@ims/runtime';

import type { Variables } from './variables.ts';

/** The environment of `ims-job` itself. */
export type OwnEnvironment = Readonly<Record<string, string | undefined>>;

const S3_NAMES = [
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'S3_ENDPOINT',
  'S3_HOST',
  'S3_SSL_VALIDATE',
  'S3_SSL_VERIFY',
  'CA_CERT',
  'IMS_STORE_COPY',
  'IMS_STALL_TIMEOUT',
  'IMS_RETRY_TIMEOUT',
] as const;

const IMS_NAMES = [
  'IMS_URL',
  'OAUTH_CONFIG_DIR',
  'OAUTH_CLIENT_ENDPOINT',
  'OAUTH_CLIENT_ID',
  'OAUTH_CLIENT_SECRET',
  'OAUTHLIB_INSECURE_TRANSPORT',
  'IMS_CALL_TIMEOUT',
  'IMS_OUTBOX_TIMEOUT',
] as const;

/** How the image is checked and packed: the agent gets these of our own environment for every store. */
export const PACKAGING_NAMES = ['IMS_CHECK_KERNEL', 'IMS_SQUASHFS_COMPRESSION', 'IMS_SQUASHFS_BLOCK_SIZE'] as const;

/** What the agent gets of our own environment to check and pack the image. */
export function packagingVariables(env: OwnEnvironment): Variables {
  return given(PACKAGING_NAMES, env);
}

/** Whether a store lies outside of this machine. */
function isOutside(store: string): boolean {
  return /^s3:/i.test(store);
}

/**
 * What the agent gets of our own environment to publish outside of this machine; the sshd side gets nothing of it
 * (H31). Image records are written only when somebody says in so many words where IMS is.
 */
export function outsideVariables(store: string, env: OwnEnvironment): Variables {
  if (!isOutside(store)) return {};
  const hasIms = isSet(env, 'IMS_URL');
  const names = hasIms ? [...S3_NAMES, ...IMS_NAMES] : S3_NAMES;
  return { ...given(names, env), IMS_REGISTRY: hasIms ? 'ims' : 'none' };
}

/** What a store outside needs of our own environment and does not find there, a sentence each. */
export function missingOutside(store: string, env: OwnEnvironment): string[] {
  if (!isOutside(store)) return [];
  const problems = ['S3_ACCESS_KEY', 'S3_SECRET_KEY']
    .filter((name) => !isSet(env, name))
    .map((name) => `${name} is not set (needed for --store ${store})`);
  if (!isSet(env, 'S3_ENDPOINT') && !isSet(env, 'S3_HOST')) {
    problems.push(`neither S3_ENDPOINT nor S3_HOST is set (needed for --store ${store})`);
  }
  try {
    readEnvironment(isSet(env, 'IMS_URL') ? [...S3_NAMES, ...IMS_NAMES] : S3_NAMES, env);
  } catch (error) {
    problems.push(asFailure(error).message);
  }
  return problems;
}

function given(names: readonly string[], env: OwnEnvironment): Variables {
  const set = names.filter((name) => isSet(env, name));
  return Object.fromEntries(set.map((name) => [name, env[name] ?? '']));
}

function isSet(env: OwnEnvironment, name: string): boolean {
  return (env[name] ?? '') !== '';
}
