// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';
import { arch } from 'node:os';
import { resolve } from 'node:path';

import type { Action } from '@ims/contract';
import { parseStoreAddress } from '@ims/artifacts';
import { VARIABLES, type Parser } from '@ims/env';
import { asFailure, Failure } from '@ims/runtime';
import type { Architecture, WantedBootNames } from './image/boot-names.ts';
import { findImageSource, type ImageSource } from './image/image-source.ts';
import { missingOutside, type OwnEnvironment } from './pair/outside.ts';

/** The flags of `ims-job run` as they were typed. */
export interface RunFlags {
  readonly image?: string;
  readonly action: string;
  readonly script?: string;
  readonly jail: boolean;
  readonly inPlace?: boolean;
  readonly store?: string;
  readonly name?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly parameters?: string;
  readonly keep?: boolean;
}

/** A job that can be started. */
export interface RunRequest {
  readonly action: Action;
  readonly jailed: boolean;
  /** The demonstration image when undefined. */
  readonly source: ImageSource | undefined;
  readonly inPlace: boolean;
  readonly script: string | undefined;
  /** An absolute path or an `s3://` address. */
  readonly store: string | undefined;
  readonly name: string | undefined;
  readonly wanted: WantedBootNames;
  readonly keep: boolean;
  readonly architecture: Architecture;
}

/** Where the flags were typed. */
export interface Place {
  readonly cwd: string;
  /** Directory of all jobs, which an image must not contain. */
  readonly home: string;
  readonly env: OwnEnvironment;
}

/**
 * Checks all flags before anything is changed.
 *
 * @throws Failure ConfigurationInvalid naming every flag that is wrong, what was found and what is accepted
 */
export async function checkFlags(flags: RunFlags, place: Place): Promise<RunRequest> {
  const problems: string[] = [];
  const parsed = parseWords(flags, problems);
  const source = await checkImage(flags, place, problems);
  const script = await checkScript(flags, place, problems);
  const store = await checkStore(flags, place, problems);
  if (problems.length > 0) throw new Failure('ConfigurationInvalid', problems.join('; '));
  return {
    ...parsed,
    jailed: flags.jail && parsed.action === 'customize',
    source,
    inPlace: flags.inPlace ?? false,
    script,
    store,
    keep: flags.keep ?? false,
    architecture: arch() === 'arm64' ? 'aarch64' : 'x86_64',
  };
}

function parseWords(flags: RunFlags, problems: string[]): Pick<RunRequest, 'action' | 'name' | 'wanted'> {
  const parse = <T>(flag: string, text: string | undefined, parser: Parser<T>): T | undefined =>
    parseWord(flag, text, { parser, problems });
  return {
    action: parse('--action', flags.action, VARIABLES.IMS_ACTION.parser) ?? 'customize',
    name: parse('--name', flags.name, VARIABLES.IMAGE_ROOT_ARCHIVE_NAME.parser),
    wanted: {
      kernel: parse('--kernel', flags.kernel, VARIABLES.KERNEL_FILENAME.parser),
      initrd: parse('--initrd', flags.initrd, VARIABLES.INITRD_FILENAME.parser),
      parameters: parse('--parameters', flags.parameters, VARIABLES.KERNEL_PARAMETERS_FILENAME.parser),
    },
  };
}

async function checkImage(flags: RunFlags, place: Place, problems: string[]): Promise<ImageSource | undefined> {
  if (flags.image === undefined) {
    if (flags.inPlace === true) problems.push('--in-place is given without --image (accepted: with --image DIRECTORY)');
    return undefined;
  }
  const found = await findImageSource(resolve(place.cwd, flags.image));
  if ('problem' in found) {
    problems.push(found.problem);
    return undefined;
  }
  const { source } = found;
  if (flags.inPlace === true && source.kind !== 'directory') {
    problems.push(`--in-place is given with a ${source.kind} file (accepted: with --image DIRECTORY)`);
  }
  if (source.kind === 'directory' && contains(source.path, place.home)) {
    problems.push(
      `--image ${source.path} contains ${place.home}, where jobs work (accepted: set IMS_JOB_HOME outside)`,
    );
  }
  return source;
}

async function checkScript(flags: RunFlags, place: Place, problems: string[]): Promise<string | undefined> {
  if (flags.script === undefined) return undefined;
  if (flags.action === 'create') problems.push('--script is given with --action create, which opens no shell');
  const path = resolve(place.cwd, flags.script);
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() !== true || facts.size === 0) {
    const found = facts === undefined ? 'does not exist' : facts.isFile() ? 'is empty' : 'is not a file';
    problems.push(
      `--script ${path} ${found} (accepted: a program that the image can run, for instance a shell script)`,
    );
  }
  return path;
}

async function checkStore(flags: RunFlags, place: Place, problems: string[]): Promise<string | undefined> {
  if (flags.store === undefined) return undefined;
  try {
    const isAddress = flags.store === '' || /^[a-z][a-z0-9+.-]*:/i.test(flags.store);
    const address = parseStoreAddress(isAddress ? flags.store : resolve(place.cwd, flags.store));
    if (address.kind === 's3') {
      const store = `s3://${address.bucket}`;
      problems.push(...missingOutside(store, place.env));
      return store;
    }
    const { directory } = address;
    const facts = await stat(directory).catch(() => undefined);
    if (facts?.isDirectory() === false) problems.push(`--store ${directory} is a file (accepted: a directory)`);
    return directory;
  } catch (error) {
    problems.push(`--store: ${asFailure(error).message}`);
    return undefined;
  }
}

function parseWord<T>(
  flag: string,
  text: string | undefined,
  rule: { readonly parser: Parser<T>; readonly problems: string[] },
): T | undefined {
  if (text === undefined) return undefined;
  const result = text === '' ? { ok: false as const, found: '""' } : rule.parser.parse(text);
  if (result.ok) return result.value;
  rule.problems.push(`${flag} is ${result.found} (accepted: ${rule.parser.accepts})`);
  return undefined;
}

function contains(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
