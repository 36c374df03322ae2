// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { arch } from 'node:os';

import { Failure, type Runner } from '@ims/runtime';

/** One line of the machine's package sources, as apt itself understands them. */
export interface PackageSource {
  readonly uri: string;
  /** The directory below `dists/`, for instance `stable-security`. */
  readonly release: string;
  readonly component: string;
}

/** What of this machine decides how the demonstration image is made. */
export interface Machine {
  /** `ID` of os-release(5). */
  readonly distribution: string;
  /** `VERSION_CODENAME` of os-release(5). */
  readonly suite: string;
  /** Node's name of the processor: `x64`, `arm64`. */
  readonly processor: string;
}

/** Looks at the distribution and the processor of this machine. */
export async function readMachine(osRelease = '/etc/os-release'): Promise<Machine> {
  const release = parseOsRelease(await readFile(osRelease, 'utf8'));
  return {
    distribution: release['ID'] ?? 'unknown',
    suite: release['VERSION_CODENAME'] ?? 'unknown',
    processor: arch(),
  };
}

/**
 * Asks apt for the package sources of this machine, so that mirrors and snapshots of the site are used.
 *
 * @throws Failure PlatformUnavailable when there is no apt, or apt cannot read its own sources
 */
export async function readPackageSources(runner: Runner): Promise<PackageSource[]> {
  const targets = await runner.run({
    program: 'apt-get',
    args: ['indextargets', '--format', '$(REPO_URI)|$(RELEASE)|$(COMPONENT)', 'Created-By: Packages'],
  });
  if (targets.exitCode === 0) return parseTargets(targets.stdout);
  const why = targets.notFound ? 'there is no apt-get' : `apt-get indextargets said: ${targets.stderr.trim()}`;
  throw new Failure('PlatformUnavailable', `the demonstration image cannot be made here: ${why}`, {
    advice: 'mend that, or give an image root of your own with --image',
  });
}

/** The fields of os-release(5), quotes taken off. */
export function parseOsRelease(text: string): Readonly<Record<string, string>> {
  const fields = text.split('\n').flatMap((line) => {
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')] as const];
  });
  return Object.fromEntries(fields);
}

/** The lines of `apt-get indextargets`, each source once. */
export function parseTargets(text: string): PackageSource[] {
  return [...new Set(text.split('\n').filter((line) => line !== ''))].flatMap((line) => {
    const [uri, release, component] = line.split('|');
    return uri === undefined || release === undefined || component === undefined ? [] : [{ uri, release, component }];
  });
}
