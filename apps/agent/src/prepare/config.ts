// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { layoutOf, type Layout } from '@ims/contract';
import { readEnvironment, type Environment } from '@ims/env';
import type { PreparationSettings } from '@ims/preparation';
import { asFailure, Failure } from '@ims/runtime';

import { agentProblems } from '../config.ts';
import { IMS_NAMES } from '../ims-names.ts';
import { POD_NAMES } from '../pod.ts';
import { S3_NAMES, s3AccessOf, type S3Access } from '../s3-access.ts';
import { storeTlsOf, type StoreTls } from '../store-trust.ts';

const NAMES = [
  'IMAGE_ROOT_PARENT',
  'DOWNLOAD_MD5SUM',
  'IMS_REGISTRY',
  'IMS_STALL_TIMEOUT',
  'IMS_RETRY_TIMEOUT',
  'IMS_TERMINATION_LOG',
  'IMS_EXIT_CODES',
  'LOG_LEVEL',
  ...IMS_NAMES,
  ...POD_NAMES,
  ...S3_NAMES,
] as const;

/** Where the image comes from. */
export type SourceAddress =
  | { readonly kind: 'http'; readonly url: URL; readonly tls: StoreTls }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 's3'; readonly address: string; readonly access: S3Access };

/** The checked configuration of `prepare`. */
export interface PrepareConfig {
  readonly values: Environment<(typeof NAMES)[number]>['values'];
  readonly warnings: readonly string[];
  readonly layout: Layout;
  readonly settings: PreparationSettings;
  readonly source: SourceAddress;
  /** All that this stage is told, for what the agent will make of it. */
  readonly env: NodeJS.ProcessEnv;
}

/** What the command line says. */
export interface PrepareArguments {
  /** The shared volume; wins over `IMAGE_ROOT_PARENT`. */
  readonly parent: string;
  /** A secret when it is presigned: it never stands in an error (H34). */
  readonly url: string;
}

/**
 * Reads the configuration.
 *
 * @throws Failure ConfigurationInvalid naming every problem at once
 */
export function readPrepareConfig(env: NodeJS.ProcessEnv, { parent, url }: PrepareArguments): PrepareConfig {
  const given = { ...env, IMAGE_ROOT_PARENT: parent };
  // An empty one would be the default.
  const own = parent.trim() === '' ? ['the volume is named by an empty text (accepted: an absolute path)'] : [];
  const problems = [...own, ...agentProblems(given, parent), ...ownProblems(given)];
  if (problems.length > 0) throw new Failure('ConfigurationInvalid', onceEach(problems));
  const { values, warnings } = readEnvironment(NAMES, given);
  return {
    env: given,
    values,
    warnings,
    layout: layoutOf({ parent: values.IMAGE_ROOT_PARENT, action: 'customize', jailed: false }),
    settings: { jobId: values.IMS_JOB_ID, md5: values.DOWNLOAD_MD5SUM },
    source: sourceOf(url, values),
  };
}

function ownProblems(env: NodeJS.ProcessEnv): string[] {
  try {
    readEnvironment(NAMES, env);
    return [];
  } catch (error) {
    return [asFailure(error).message];
  }
}

/** The two of them say the same of what both read. */
function onceEach(problems: readonly string[]): string {
  return [...new Set(problems.flatMap((problem) => problem.split('; ')))].join('; ');
}

type Values = PrepareConfig['values'];

// Presigned addresses lead to the artifact repository: what the site says of its certificate holds for them too.
const SOURCES: Readonly<Record<string, (url: URL, text: string, values: Values) => SourceAddress>> = {
  'http:': (url, _text, values) => ({ kind: 'http', url, tls: storeTlsOf(values) }),
  'https:': (url, _text, values) => ({ kind: 'http', url, tls: storeTlsOf(values) }),
  'file:': (url) => ({ kind: 'file', path: filePathOf(url) }),
  // Not as a URL: its escapes mean nothing in a key.
  's3:': (_url, text, values) => ({ kind: 's3', address: text, access: accessOf(values) }),
};

function sourceOf(text: string, values: Values): SourceAddress {
  const url = URL.parse(text);
  const read = SOURCES[url?.protocol ?? ''];
  if (url !== null && read !== undefined) return read(url, text, values);
  throw new Failure('ConfigurationInvalid', 'the address of the image is none that can be fetched', {
    advice: 'give an http, https, file or s3 address: https://host/path, file:///path or s3://bucket/key',
  });
}

function filePathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  if ((url.host === '' || url.host === 'localhost') && path !== '/' && !path.includes('\0')) return path;
  throw new Failure('ConfigurationInvalid', 'the file address of the image names no file of this machine', {
    advice: 'give file:///path',
  });
}

function accessOf(values: Values): S3Access {
  const problems: string[] = [];
  const access = s3AccessOf(values, problems);
  if (problems.length > 0) throw new Failure('ConfigurationInvalid', problems.join('; '));
  return access;
}
