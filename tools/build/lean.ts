// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';

/** A package whose modules do nothing by being loaded, although it does not say so: a thousand classes of tables. */
const PACKAGE = '@kubernetes/client-node';

/** Lets esbuild leave out of a bundle all of that package that nobody uses. */
export const leanPackages: Plugin = {
  name: 'lean-packages',
  setup: (build) => {
    build.onResolve({ filter: /^(\.|@kubernetes\/client-node$)/ }, async (args) => await resolved(build, args));
  },
};

/**
 * Takes a module in place of the one of the same name with `-later` that loads it when it is used: in one file there is
 * nothing to wait for, and esbuild keeps all of what is loaded so.
 */
export const loadedAtOnce: Plugin = {
  name: 'loaded-at-once',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/.*-later\.ts$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.replace('-later', '')),
    }));
  },
};

// What every program uses, `fs` or `stream`, would only be reached by a detour.
const COSTLY = /^(node:)?(child_process|crypto|https?2?|net|tls|v8|worker_threads|zlib)$/;
const WHEN_USED = 'when-used';

/**
 * Loads a module of Node when something of it is used, not with the program: whoever speaks plain HTTP, or asks for
 * `--help`, needs no TLS. An import would also look at every export, and some of HTTP's load an undici and the whole of
 * HTTP/2 only by being looked at: 16 MB and 30 ms of a program that uses neither.
 */
export const builtinsWhenUsed: Plugin = {
  name: 'builtins-when-used',
  setup: (build) => {
    build.onResolve({ filter: COSTLY }, ({ path, namespace }) =>
      namespace === WHEN_USED ? { path, external: true } : { path: path.replace('node:', ''), namespace: WHEN_USED },
    );
    build.onLoad({ filter: /.*/, namespace: WHEN_USED }, ({ path }) => {
      const names = Object.getOwnPropertyNames(createRequire(import.meta.url)(`node:${path}`));
      const getters = names.map((name) => `get ${name}() { return load().${name}; }`);
      return {
        contents: `let loaded;
const load = () => (loaded ??= require('node:${path}'));
module.exports = { ${getters.join(', ')} };`,
      };
    });
  },
};

/**
 * What others ask for and nobody here has a use for, by who asks.
 *
 * - The vendor's client of Kubernetes would make its calls by undici, an HTTP client of a megabyte, partly WebAssembly, and
 *   through proxies; `libs/http` makes them. It would read kubeconfigs and the credentials of people; the agent has the token
 *   of its pod.
 * - The client of Prometheus would measure the process; it measures nothing here.
 * - The client of S3 would look for keys wherever people keep theirs, and find out which browser it is in; it gets the keys
 *   of the job, and there is none.
 */
export const UNUSED: Readonly<Record<string, readonly string[]>> = {
  [PACKAGE]: ['undici', 'hpagent', 'socks', 'socks-proxy-agent', 'js-yaml', 'jsonpath-plus', 'openid-client'],
  'prom-client': ['@opentelemetry/api'],
  '@aws-sdk/client-s3': ['@aws-sdk/credential-provider-node'],
  '@aws-sdk/core': ['bowser'],
};

/** Leaves {@link UNUSED} out; whatever did use it would fail at once. */
export const withoutUnused: Plugin = {
  name: 'without-unused',
  setup: (build) => {
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) =>
      Object.entries(UNUSED).some(
        ([asks, names]) => names.includes(path) && importer.includes(`/node_modules/${asks}/`),
      )
        ? { path, namespace: 'left-out' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};' }));
  },
};

async function resolved(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  const { path, importer, namespace, resolveDir, kind } = args;
  const isOfPackage = path === PACKAGE || importer.includes(`/node_modules/${PACKAGE}/`);
  // Our own question comes by here too.
  if (!isOfPackage || args.pluginData === leanPackages) return undefined;
  const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: leanPackages });
  return found.errors.length > 0 ? undefined : { path: found.path, namespace: found.namespace, sideEffects: false };
}
