// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { layoutOf, type Action, type Layout } from '@ims/contract';
import { Failure, makeDirectories } from '@ims/runtime';
import { problemOfPlace, type Purpose } from '../place.ts';

/** Where everything of all jobs on this machine lies. */
export interface Home {
  readonly path: string;
  readonly jobs: string;
  /** The store that is used when none is given. */
  readonly images: string;
  readonly cache: string;
}

/** Where everything of one job lies. */
export interface JobPaths {
  readonly directory: string;
  /** The shared volume, P of the contract. */
  readonly volume: string;
  /** `/etc/cray/ims` of a pod. */
  readonly config: string;
  readonly keys: string;
  readonly logs: string;
  readonly record: string;
}

/** The directory that `IMS_JOB_HOME` names, laid out. */
export function homeAt(path: string): Home {
  return { path, jobs: join(path, 'jobs'), images: join(path, 'images'), cache: join(path, 'cache') };
}

/** The paths of a job in a home. */
export function jobPaths(home: Home, id: string): JobPaths {
  const directory = join(home.jobs, id);
  return {
    directory,
    volume: join(directory, 'volume'),
    config: join(directory, 'config'),
    keys: join(directory, 'keys'),
    logs: join(directory, 'logs'),
    record: join(directory, 'job.json'),
  };
}

/**
 * The names in the directory of the jobs; none before the first job.
 *
 * @throws Failure ConfigurationInvalid when the home cannot be one, or cannot be read
 */
export async function namesOfJobs(home: Home): Promise<string[]> {
  await requireHome(home, 'read');
  return await readdir(home.jobs).catch((error: unknown) => {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Failure('ConfigurationInvalid', `the jobs in ${home.jobs} cannot be read (${code})`, { cause: error });
  });
}

/** The contract's layout of a job's volume. */
export function layoutOfJob(paths: JobPaths, job: { action: Action; jailed: boolean }): Layout {
  return layoutOf({ parent: paths.volume, action: job.action, jailed: job.jailed });
}

/** Makes the directories of a home; only root may look into the jobs, which hold keys, and the images, which hold hashes. */
export async function makeHome(home: Home): Promise<void> {
  await makeDirectories(home.path, 0o755);
  await makeDirectories(home.cache, 0o755);
  await makeDirectories(home.jobs, 0o700);
  await makeDirectories(home.images, 0o700);
  // Earlier versions let everybody look into it.
  await chmod(home.images, 0o700);
}

/** What sshd looks at in each directory above a jail or a key file. */
export interface DirectoryFacts {
  readonly path: string;
  readonly owner: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * sshd refuses a jail and keys below a directory that others than root may change
 * (`ChrootDirectory` in sshd_config(5)); the first such directory, as a sentence.
 */
export function unsafeDirectory(directories: readonly DirectoryFacts[]): string | undefined {
  const unsafe = directories.find(({ owner, mode }) => owner !== 0 || (mode & 0o022) !== 0);
  if (unsafe === undefined) return undefined;
  const { path, owner, mode } = unsafe;
  const found = `${path} has mode ${(mode & 0o7777).toString(8).padStart(4, '0')} and owner ${String(owner)}`;
  return `${found}, and sshd opens no shell below a directory that others than root may change`;
}

/** @throws Failure ConfigurationInvalid when the home is, or is below, what is no directory or cannot be written */
async function requireHome(home: Home, purpose: Purpose): Promise<void> {
  const problem = await problemOfPlace(home.path, purpose);
  if (problem === undefined) return;
  throw new Failure('ConfigurationInvalid', `IMS_JOB_HOME ${home.path} ${problem}`, { advice: CHOOSE_HOME });
}

const CHOOSE_HOME = 'set IMS_JOB_HOME to a directory of root, for instance /var/lib/ims-job; nothing was changed';

/** @throws Failure ConfigurationInvalid naming the directory that sshd would refuse */
export async function requireSafeHome(home: Home): Promise<void> {
  await requireHome(home, 'write');
  const existing = await nearestExisting(home.path);
  const problem = unsafeDirectory(await ancestors(existing));
  if (problem === undefined) return;
  throw new Failure('ConfigurationInvalid', `IMS_JOB_HOME is ${home.path}, but ${problem}`, { advice: CHOOSE_HOME });
}

async function nearestExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (dirname(path) === path) throw error;
    return await nearestExisting(dirname(path));
  }
}

async function ancestors(path: string): Promise<DirectoryFacts[]> {
  const { uid, mode } = await stat(path);
  const here = { path, owner: uid, mode };
  return dirname(path) === path ? [here] : [...(await ancestors(dirname(path))), here];
}
