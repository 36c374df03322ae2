// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { builtinModules } from 'node:module';

/**
 * Which types of project a project may import, by its own type.
 *
 * @type {Record<string, readonly string[]>}
 */
export const TYPES = {
  contract: [],
  util: ['contract', 'util'],
  domain: ['contract', 'util'],
  adapter: ['contract', 'util', 'domain'],
  app: ['contract', 'util', 'domain', 'adapter'],
  testing: ['contract', 'util', 'domain', 'adapter'],
  tool: ['contract', 'util', 'domain', 'adapter', 'testing', 'tool'],
};

/**
 * Which scopes a project may import, by its own scope: what ships in one container never reaches the other.
 *
 * @type {Record<string, readonly string[]>}
 */
export const SCOPES = {
  sshd: ['sshd', 'shared'],
  agent: ['agent', 'shared'],
  shared: ['shared'],
  local: ['sshd', 'agent', 'shared', 'local'],
};

/** The only folders that may import a vendor package. */
export const VENDORS = {
  '@aws-sdk/client-s3': ['libs/artifacts'],
  '@kubernetes/client-node': ['libs/kube'],
  '@smithy/node-http-handler': ['libs/artifacts'],
  chokidar: ['libs/sentinel'],
  'cli-progress': ['libs/logging'],
  'cli-table3': ['apps/kubectl', 'apps/local'],
  commander: ['apps/local', 'apps/sentinel', 'libs/cli'],
  execa: ['libs/process'],
  'fastest-levenshtein': ['libs/env'],
  oauth4webapi: ['libs/ims-api'],
  'parse-prometheus-text-format': ['libs/testing'],
  pino: ['libs/logging'],
  'pino-pretty': ['libs/logging'],
  'prom-client': ['libs/metrics'],
  zod: ['libs/ims-api'],
};

/**
 * The scopes that a project of this type and scope may import.
 *
 * @param {string} type
 * @param {string} scope
 * @returns {string[]}
 */
export function allowedScopes(type, scope) {
  // A shared adapter may implement a port of either side: it imports types alone, and types do not ship.
  const ports = type === 'adapter' && scope === 'shared' ? ['sshd', 'agent'] : [];
  return [...(SCOPES[scope] ?? []), ...ports];
}

const TEST_PACKAGES = ['vitest', 'vitest/*', 'fast-check'];

/** Node modules through which code reaches the world; the domain reaches it through its ports. */
const WORLDLY = ['child_process', 'cluster', 'dgram', 'fs', 'http', 'http2', 'https', 'net', 'os', 'process', 'tls'];

const WHOLE_PROCESS = ['env', 'exit', 'exitCode', 'on', 'once', 'addListener'];

const BARE_BUILTINS = {
  regex: `^(${builtinModules.filter((name) => /^[a-z]/.test(name) && !name.includes(':')).join('|')})$`,
  message: 'Write node: before a module of Node.',
};

/** Options of `@nx/enforce-module-boundaries` for shipped code. */
export const SHIPPED = {
  depConstraints: Object.entries(TYPES).flatMap(([type, types]) => [
    { sourceTag: `type:${type}`, onlyDependOnLibsWithTags: types.map((target) => `type:${target}`) },
    ...Object.keys(SCOPES).map((scope) => ({
      allSourceTags: [`type:${type}`, `scope:${scope}`],
      onlyDependOnLibsWithTags: allowedScopes(type, scope).map((target) => `scope:${target}`),
    })),
  ]),
};

/** Options of `@nx/enforce-module-boundaries` for tests, which may use every library. */
export const TESTS = { depConstraints: [{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }] };

/**
 * The rules about imports and globals for the shipped files of one project.
 *
 * @param {{ folder: string, tags: string[] }} project
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function rulesFor({ folder, tags }) {
  const type = typeOf(tags);
  const patterns = [BARE_BUILTINS, ...foreignVendors(folder), ...(RESTRICTIONS[type] ?? [])];
  return {
    '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
    'no-restricted-globals': ['error', ...(GLOBALS[type] ?? [])],
    'no-restricted-properties': ['error', ...(type === 'tool' ? [] : wholeProcess())],
  };
}

/**
 * The rules about imports for the tests of one project.
 *
 * @param {{ folder: string }} project
 * @returns {import('eslint').Linter.RulesRecord}
 */
export function testRulesFor({ folder }) {
  const patterns = [BARE_BUILTINS, ...foreignVendors(folder)];
  return { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] };
}

const NO_TEST_PACKAGES = { group: TEST_PACKAGES, message: 'Shipped code does not import test packages.' };
const NO_NODE_PROCESS = { group: ['node:process'], message: 'Libraries get a typed configuration and never exit.' };
const TYPE_ONLY_DOMAIN = {
  group: ['@ims/session', '@ims/export', '@ims/preparation'],
  allowTypeImports: true,
  message: 'An adapter knows the port it implements and nothing else of the domain: import type.',
};

/** @type {Record<string, object[]>} */
const RESTRICTIONS = {
  contract: [NO_TEST_PACKAGES, { regex: '^[^.]', message: 'The contract imports nothing.' }],
  util: [NO_TEST_PACKAGES, NO_NODE_PROCESS],
  domain: [
    NO_TEST_PACKAGES,
    {
      group: WORLDLY.flatMap((name) => [`node:${name}`, `node:${name}/*`]),
      message: 'The domain reaches the world through its ports only.',
    },
  ],
  adapter: [NO_TEST_PACKAGES, NO_NODE_PROCESS, TYPE_ONLY_DOMAIN],
  app: [NO_TEST_PACKAGES, NO_NODE_PROCESS],
  testing: [],
  tool: [],
};

/** @type {Record<string, object[]>} */
const GLOBALS = {
  contract: ['process', 'Buffer', 'setTimeout', 'setInterval', 'fetch'].map((name) => ({
    name,
    message: 'The contract is tables and pure functions.',
  })),
  domain: ['process', 'fetch'].map((name) => ({
    name,
    message: 'The domain reaches the world through its ports only.',
  })),
};

function wholeProcess() {
  return WHOLE_PROCESS.map((property) => ({
    object: 'process',
    property,
    message: 'Only main.ts and config.ts of an app touch what belongs to the whole process.',
  }));
}

function foreignVendors(/** @type {string} */ folder) {
  return Object.entries(VENDORS)
    .filter(([, owners]) => !owners.includes(folder))
    .map(([name, owners]) => ({
      regex: `^${name}(/|$)`,
      message: `${name} belongs to ${owners.join(', ')} alone.`,
    }));
}

function typeOf(/** @type {string[]} */ tags) {
  const type = tags.find((tag) => tag.startsWith('type:'))?.slice('type:'.length);
  if (type === undefined || !(type in RESTRICTIONS)) throw new Error(`no known type: tag among ${tags.join(', ')}`);
  return type;
}
