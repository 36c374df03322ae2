// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// node tools/setup/setup.mjs STAGE -- PROGRAM.ts [ARGUMENT…]
//
// Makes a fresh clone ready for a stage (start, test, check) and runs the program with the pinned Node.
// Runs before anything is installed, so it uses nothing but Node 20, what is in this folder, the builder of the
// S3 server and the fetchers of helm and of other Nodes.

import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptInstall } from './install-tools.mjs';
import { installPackages, packagesAreCurrent, pinnedNode } from './node-packages.mjs';
import { passThrough } from './pass-through.mjs';
import { installation, missingTools, packageManager } from './system-tools.mjs';
import { fetchClients, planClients } from '../helm/helm.mjs';
import { fetchNodes, planNodes } from '../nodes/nodes.mjs';
import { buildServer, planServer } from '../object-store/versitygw.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const CONFIGURATION = 2;

process.exitCode = await main(process.argv.slice(2));

/** @param {readonly string[]} argv */
async function main([stage, separator, program, ...args]) {
  if (stage === undefined || separator !== '--' || program === undefined) {
    say('usage: node tools/setup/setup.mjs STAGE -- PROGRAM [ARGUMENT...]');
    return CONFIGURATION;
  }
  const provide = [provideTools, provideObjectStore, provideClients, provideNodes];
  const problem = provide.reduce((before, next) => before ?? next(stage), providePackages());
  if (problem !== undefined) {
    say(problem);
    return CONFIGURATION;
  }
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter);
  return passThrough(pinnedNode(ROOT), [join(ROOT, program), ...args], { ...process.env, PATH: path });
}

/** @returns {string | undefined} why it cannot be done */
function providePackages() {
  if (packagesAreCurrent(ROOT)) return undefined;
  const failure = step('installs Node and the packages of the lock file (npm ci)', () => installPackages(ROOT));
  return failure === undefined ? undefined : `npm ci failed: ${failure}`;
}

/**
 * @param {string} stage
 * @returns {string | undefined} why it cannot be done
 */
function provideTools(stage) {
  const path = process.env['PATH'] ?? '';
  const manager = packageManager(path);
  const missing = missingTools(stagesOf(stage, manager), path);
  if (missing.length === 0) return undefined;
  const names = missing.map(({ tool }) => tool).join(', ');
  if (manager === undefined) return `this machine lacks ${names}; install them with its package manager`;
  const { packages, command, unknown } = installation(missing, manager);
  if (manager.name !== 'apt' || process.getuid?.() !== 0) return advice(names, command, unknown);
  const failure = step(`installs ${packages.join(', ')} (apt-get)`, () => aptInstall(packages));
  return failure === undefined ? undefined : `apt-get failed: ${failure}`;
}

/**
 * The tests have suites on a cluster of their own, where what it takes can be installed; elsewhere they leave them out.
 *
 * @param {string} stage
 * @param {import('./system-tools.mjs').Manager | undefined} manager
 */
function stagesOf(stage, manager) {
  const hasCluster = manager?.name === 'apt' && process.getuid?.() === 0;
  return stage === 'test' && hasCluster ? ['test', 'cluster'] : [stage];
}

/**
 * @param {string} stage
 * @returns {string | undefined} why it cannot be done
 */
function provideObjectStore(stage) {
  if (stage !== 'test') return undefined;
  const plan = planServer();
  if ('problem' in plan) return plan.problem;
  if (plan.isBuilt) return undefined;
  const what = `builds the S3 server of the tests with Go ${plan.go.version}, once for all clones, a minute or two`;
  const failure = step(what, () => buildServer(plan.go, plan.path));
  return failure === undefined ? undefined : `go build failed: ${failure}`;
}

/**
 * @param {string} stage
 * @returns {string | undefined} why it cannot be done
 */
function provideClients(stage) {
  if (stage !== 'test') return undefined;
  const plan = planClients();
  if ('problem' in plan) return plan.problem;
  if (plan.isThere) return undefined;
  const failure = step('fetches helm and kubectl for the tests (36 MB), once for all clones', () =>
    fetchClients(plan.directory),
  );
  return failure === undefined ? undefined : `helm cannot be fetched: ${failure}`;
}

/**
 * @param {string} stage
 * @returns {string | undefined} why it cannot be done
 */
function provideNodes(stage) {
  if (stage !== 'test') return undefined;
  const planned = planNodes();
  if (planned.every(({ isThere }) => isThere)) return undefined;
  const what = 'fetches the Nodes that other people have for the tests (100 MB), once for all clones';
  const failure = step(what, () => fetchNodes(planned));
  return failure === undefined ? undefined : `Node cannot be fetched: ${failure}`;
}

/** @param {string} names @param {string} command @param {readonly string[]} unknown */
function advice(names, command, unknown) {
  const rest = unknown.length === 0 ? '' : `\nand by other means: ${unknown.join(', ')}`;
  const asRoot = process.getuid?.() === 0 ? command : `sudo sh -c '${command}'`;
  return `this machine lacks ${names}; install them and start again:\n\n  ${asRoot}\n${rest}`;
}

/**
 * @template T
 * @param {string} what
 * @param {() => T} work
 */
function step(what, work) {
  const startedAt = Date.now();
  say(`${what} …`);
  const result = work();
  if (result === undefined) say(`done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

/** @param {string} line to stderr: standard output belongs to the program */
function say(line) {
  process.stderr.write(`setup: ${line}\n`);
}
