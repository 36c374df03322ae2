// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { arch } from 'node:os';

import type { Action } from '@ims/contract';
import { parseStoreAddress } from '@ims/artifacts';
import { inShort, VARIABLES, type Parser } from '@ims/env';
import { asFailure, Failure } from '@ims/runtime';
import type { Architecture, WantedBootNames } from './image/boot-names.ts';
import { ACCEPTED_IMAGES, findImageSource, type ImageSource } from './image/image-source.ts';
import { missingOutside, type OwnEnvironment } from './pair/outside.ts';
import { unusableOutside } from './pair/outside-files.ts';
import { problemOfPlace } from './place.ts';
import { ACCEPTED_SCRIPTS, problemOfScript } from './shell/script-file.ts';
import { resolvePath, shown, type ResolvedPath } from './typed-path.ts';

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
  /** `undefined` when that directory is gone. */
  readonly cwd: string | undefined;
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
  const typed = resolvePath({ flag: '--image', text: flags.image, accepted: ACCEPTED_IMAGES }, place.cwd);
  const found = 'problem' in typed ? typed : await findImageSource(typed.path);
  if ('problem' in found) {
    problems.push(found.problem);
    return undefined;
  }
  const { source } = found;
  if (flags.inPlace === true) problems.push(...(await problemsInPlace(source)));
  if (source.kind === 'directory' && contains(source.path, place.home)) {
    problems.push(
      `--image ${source.path} contains ${place.home}, where jobs work (accepted: set IMS_JOB_HOME outside)`,
    );
  }
  return source;
}

async function problemsInPlace(source: ImageSource): Promise<string[]> {
  if (source.kind !== 'directory') {
    return [`--in-place is given with a ${source.kind} file (accepted: with --image DIRECTORY)`];
  }
  const problem = await problemOfPlace(source.path, 'write');
  return problem === undefined ? [] : [`--in-place: ${source.path} ${problem} (accepted: without --in-place)`];
}

async function checkScript(flags: RunFlags, place: Place, problems: string[]): Promise<string | undefined> {
  if (flags.script === undefined) return undefined;
  if (flags.action === 'create') problems.push('--script is given with --action create, which opens no shell');
  const typed = resolvePath({ flag: '--script', text: flags.script, accepted: ACCEPTED_SCRIPTS }, place.cwd);
  if ('problem' in typed) {
    problems.push(typed.problem);
    return undefined;
  }
  const problem = await problemOfScript(typed.path);
  if (problem !== undefined) problems.push(`--script ${typed.path} ${problem} (accepted: ${ACCEPTED_SCRIPTS})`);
  return typed.path;
}

const ACCEPTED_STORES = 'a directory, also one that is to be made, or s3://BUCKET';

async function checkStore(flags: RunFlags, place: Place, problems: string[]): Promise<string | undefined> {
  if (flags.store === undefined) return undefined;
  const store = storeOf(flags.store, place);
  if ('problem' in store) {
    problems.push(store.problem);
    return undefined;
  }
  if (store.path.startsWith('s3:')) {
    problems.push(...missingOutside(store.path, place.env), ...(await unusableOutside(place.env)));
    return store.path;
  }
  const problem = await problemOfPlace(store.path, 'write');
  if (problem !== undefined) problems.push(`--store ${store.path} ${problem} (accepted: ${ACCEPTED_STORES})`);
  return store.path;
}

/** The address of a store in S3, or an absolute path. */
function storeOf(text: string, { cwd }: Place): ResolvedPath {
  const typed = { flag: '--store', accepted: ACCEPTED_STORES };
  const scheme = /^[a-z][a-z0-9+.-]*:(\/\/)?/i.exec(text);
  if (scheme === null) return resolvePath({ ...typed, text }, cwd);
  if (scheme[1] === undefined && !/^file:\//i.test(text)) {
    return { problem: `--store is ${shown(text)} (accepted: ${ACCEPTED_STORES}, as ./NAME when it has a colon)` };
  }
  try {
    const address = parseStoreAddress(text);
    if (address.kind === 's3') return { path: `s3://${address.bucket}` };
    return resolvePath({ ...typed, text: address.directory }, cwd);
  } catch (error) {
    return { problem: `--store: ${asFailure(error).message}` };
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
  rule.problems.push(`${flag} is ${inShort(result.found)} (accepted: ${rule.parser.accepts})`);
  return undefined;
}

function contains(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
