// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether node_modules holds what the lock file says. npm keeps its own copy of the lock file in node_modules and
 * writes it when everything else is there, so an installation that was cut short does not count.
 *
 * @param {string} root
 */
export function packagesAreCurrent(root) {
  const installed = readLock(join(root, 'node_modules/.package-lock.json'));
  const wanted = readLock(join(root, 'package-lock.json'));
  if (installed === undefined || wanted === undefined || !existsSync(pinnedNode(root))) return false;
  return Object.entries(wanted).every(([name, row]) => {
    // npm's copy has no row for the repository itself, and none for other platforms' packages.
    if (name === '') return true;
    const found = installed[name];
    return found === undefined ? isOptional(row) || isWorkspace(name) : found.version === row.version;
  });
}

/**
 * Installs what the lock file says.
 *
 * @param {string} root
 * @returns {string | undefined} what npm said when it failed
 */
export function installPackages(root) {
  // npm says where it is when it runs a script; it need not be on the PATH.
  const npm = process.env['npm_execpath'];
  const [program, before] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  const { status, error, stdout, stderr } = spawnSync(
    program,
    [...before, 'ci', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      encoding: 'utf8',
      // Warnings about this machine's own Node are of no interest: the pinned one runs everything.
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  if (status === 0) return undefined;
  return error === undefined ? `${stdout}${stderr}`.trim() : error.message;
}

/**
 * The Node that the packages pin.
 *
 * @param {string} root
 */
export function pinnedNode(root) {
  return join(root, 'node_modules/node/bin/node');
}

/** @param {{ optional?: boolean, devOptional?: boolean, peer?: boolean }} row */
function isOptional({ optional, devOptional, peer }) {
  return optional === true || devOptional === true || peer === true;
}

/** @param {string} name */
function isWorkspace(name) {
  return /^(apps|libs|tools)\/[^/]+$/.test(name);
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }> | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
