// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// node tools/object-store/rgw.mjs
//
// Prints where the programs of Ceph's S3 gateway lie; the first time it fetches Debian's packages of them and unpacks them
// into a folder. Nothing is installed, and nothing but the tests uses them. Where they cannot be had, it says why and ends
// with 2.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const PACKAGES = ['ceph-mon', 'ceph-osd', 'radosgw', 'ceph-common'];

process.exitCode = main();

function main() {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ims-job-pair');
  const root = join(cache, 'rgw');
  const problem = existsSync(root) ? undefined : fetchInto(root, cache);
  if (problem === undefined) process.stdout.write(`${root}\n`);
  else process.stderr.write(`Ceph's S3 gateway cannot be had from Debian's packages: ${problem}\n`);
  return problem === undefined ? 0 : 2;
}

/**
 * It appears under its name when it is whole: two that fetch it at once do each other no harm.
 *
 * @param {string} root
 * @param {string} cache
 * @returns {string | undefined} why it cannot be had
 */
function fetchInto(root, cache) {
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(`${root}.partial-`);
  try {
    const [archives, tree] = [join(scratch, 'archives'), join(scratch, 'root')];
    mkdirSync(join(archives, 'partial'), { recursive: true });
    mkdirSync(tree);
    const options = ['-o', `Dir::Cache::archives=${archives}`, '-o', 'Debug::NoLocking=1'];
    const fetching = ['install', '--yes', '--no-install-recommends', '--download-only', ...PACKAGES];
    const fetched = run('apt-get', [...options, ...fetching]);
    if (fetched !== undefined) return fetched;
    for (const name of readdirSync(archives).filter((each) => each.endsWith('.deb'))) {
      const unpacked = run('dpkg', ['-x', join(archives, name), tree]);
      if (unpacked !== undefined) return unpacked;
    }
    if (!existsSync(join(tree, 'usr/bin/radosgw'))) return 'the packages hold no radosgw';
    renameSync(tree, root);
    return undefined;
  } catch (error) {
    return existsSync(root) ? undefined : String(error);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {string} program @param {readonly string[]} args */
function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').slice(-1).join(''));
}
