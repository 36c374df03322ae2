// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { complaintOf, Failure, type Outcome, type Runner } from '@ims/runtime';
import { readMachine, readPackageSources, type Machine } from './machine.ts';
import { recipeFor, type Recipe } from './recipe.ts';

/** What the maker of the image needs. */
export interface DemoImageOptions {
  /** Directory in which the image is kept between runs; made when it is missing. */
  readonly cache: string;
  readonly runner: Runner;
  /** One line for people at each step that takes a while. */
  readonly onStep?: (step: string) => void;
  readonly signal?: AbortSignal;
  /** Packages that it has as well; another image in the cache. */
  readonly packages?: readonly string[];
  /** This machine when left out. */
  readonly machine?: Machine;
}

/** The image: a tar archive of a root file system. */
export interface DemoImage {
  readonly path: string;
  readonly suite: string;
  /** Bytes. */
  readonly size: number;
  /** It was there already. */
  readonly cached: boolean;
}

/**
 * Gives the demonstration image, made from the machine's packages unless the cache has it.
 * Two callers at once make it once; a caller that is killed leaves nothing that a later one would take for an image.
 *
 * @throws Failure PlatformUnavailable when it cannot be made here, with what the tools said
 */
export async function makeDemoImage(options: DemoImageOptions): Promise<DemoImage> {
  const recipe = recipeFor(options.machine ?? (await readMachine()), options.packages);
  const path = join(options.cache, `demo-${recipe.suite}-${recipe.key}.tar`);
  const cached = await exists(path);
  if (!cached) await make(options, recipe, path);
  return { path, suite: recipe.suite, size: (await stat(path)).size, cached };
}

// The lock is flock's: the kernel gives it back when its holder dies. Whoever waited for it finds the image made.
const UNDER_LOCK = 'final=$1 partial=$2; shift 2; test -e "$final" || { mmdebstrap "$@" && mv "$partial" "$final"; }';

async function make(options: DemoImageOptions, recipe: Recipe, path: string): Promise<void> {
  const { cache, onStep } = options;
  const scratch = join(cache, '.making');
  const partial = `${path}.partial`;
  await mkdir(scratch, { recursive: true, mode: 0o755 });
  const args = recipe.argumentsFor(partial, await readPackageSources(options.runner));
  onStep?.(`makes a small ${recipe.suite} root from this machine's packages, once; it is kept in ${cache}`);
  const outcome = await options.runner.run({
    program: 'flock',
    args: [join(cache, '.lock'), 'sh', '-c', UNDER_LOCK, 'sh', path, partial, ...args],
    // mmdebstrap unpacks below TMPDIR, and /tmp may be small or mounted nodev.
    env: { TMPDIR: scratch },
    onLine: (line) => {
      const step = stepOf(line);
      if (step !== undefined) onStep?.(step);
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (outcome.exitCode !== 0) await refuse(outcome, partial);
}

/** Steps of mmdebstrap that take seconds; the others are of no interest. */
const STEPS = /^I: (running apt-get update|downloading packages|extracting|installing|creating tarball)/;

/** The step that a line of mmdebstrap tells of. */
export function stepOf(line: string): string | undefined {
  return STEPS.test(line) ? line.replace(/^I: /, '').replace(/\.+$/, '') : undefined;
}

async function refuse(outcome: Outcome, partial: string): Promise<never> {
  await rm(partial, { force: true });
  const missing = outcome.notFound || outcome.exitCode === 127;
  throw new Failure(
    'PlatformUnavailable',
    `the demonstration image could not be made: mmdebstrap: ${complaintOf(outcome)}`,
    {
      advice: missing
        ? 'install what makes it (apt-get install mmdebstrap util-linux), or give an image root with --image'
        : 'mend the package sources or the network, or give an image root of your own with --image',
    },
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
