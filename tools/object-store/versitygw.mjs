// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The S3 server of the tests, built from the versions that go.mod and go.sum pin.
// The set-up runs this before anything is installed, so it uses nothing but Node 20.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MODULE = dirname(fileURLToPath(import.meta.url));
const COMMAND = 'github.com/versity/versitygw/cmd/versitygw';

/** Where the archive of go.dev is unpacked by custom: it need not be on the PATH. */
const GO_PROGRAMS = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];

/** @typedef {{ program: string, version: string }} Go */

/**
 * The Go that builds the server.
 *
 * @param {readonly string[]} programs
 * @returns {{ go: Go } | { problem: string }}
 */
export function findGo(programs = GO_PROGRAMS) {
  const found = programs.map(versionOf).filter((go) => go !== undefined);
  const go = found.find(({ version }) => isAtLeast(version, wantedVersion()));
  return go === undefined ? { problem: adviceAbout(found[0]) } : { go };
}

/**
 * Where the server is kept between clones: it takes minutes to build, and seldom changes.
 *
 * @param {Go} go
 * @param {string} [cache]
 */
export function serverPath({ version }, cache = cacheDirectory()) {
  const hash = createHash('sha256').update(version);
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(MODULE, file)));
  return join(cache, `versitygw-${hash.digest('hex').slice(0, 16)}`);
}

/**
 * Builds the server. It appears under its name when it is whole: two that build at once do each other no harm.
 *
 * @param {Go} go
 * @param {string} path
 * @returns {string | undefined} what Go said when it failed
 */
export function buildServer({ program }, path) {
  mkdirSync(dirname(path), { recursive: true });
  const scratch = mkdtempSync(`${path}.partial-`);
  try {
    const output = join(scratch, 'versitygw');
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', output, COMMAND];
    const { status, error, stderr } = spawnSync(program, args, {
      cwd: MODULE,
      env: { ...process.env, CGO_ENABLED: '0' },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) return error?.message ?? stderr.trim().split('\n').slice(-5).join('\n');
    renameSync(output, path);
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * What a stage of the set-up still has to do for the server.
 *
 * @returns {{ path: string, go: Go, isBuilt: boolean } | { problem: string }}
 */
export function planServer() {
  const found = findGo();
  if ('problem' in found) return found;
  const path = serverPath(found.go);
  return { path, go: found.go, isBuilt: existsSync(path) };
}

/** The oldest Go that go.mod allows, `1.25.0`. */
export function wantedVersion() {
  return /^go (\S+)$/m.exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))?.[1] ?? '';
}

/** @param {string} program @returns {Go | undefined} */
function versionOf(program) {
  // Asked beside go.mod: a Go from 1.21 on may fetch the newer one that the module wants, and tells of that one.
  const { stdout } = spawnSync(program, ['env', 'GOVERSION'], { cwd: MODULE, encoding: 'utf8' });
  const version = /^go(\d+(\.\d+)*)/.exec(stdout ?? '')?.[1];
  return version === undefined ? undefined : { program, version };
}

/** @param {string} version @param {string} wanted */
function isAtLeast(version, wanted) {
  return version.localeCompare(wanted, 'en', { numeric: true }) >= 0;
}

/** @param {Go | undefined} old */
function adviceAbout(old) {
  const found = old === undefined ? 'there is no Go' : `${old.program} is Go ${old.version}`;
  return [
    `the tests build a real S3 server and need Go ${wantedVersion()} or newer for it; on this machine ${found}.`,
    'Install it from https://go.dev/dl/ into /usr/local/go, or put it on the PATH, and start again.',
    "The package of a distribution may be too old (Debian 12's is Go 1.19); from Go 1.21 on it serves as well,",
    'as it fetches the newer one by itself, unless GOTOOLCHAIN=local forbids that.',
  ].join('\n');
}

function cacheDirectory() {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ims-job-pair');
}
