// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import type { Plugin } from 'esbuild';
import { ERRORS } from '@ims/contract';

// Node parses all of a file and resolves its imports before it runs anything of it. What a Node that is too old cannot
// parse or find would be its error; a program that is to say so itself must get as far as its first statement.

/** The oldest syntax that can import Node's modules by `node:`; Node 12 is what Ubuntu 22.04 installs. */
export const OLDEST_SYNTAX = 'node12.20';

/** What Node ends with when nothing is left that could settle a top-level `await`. */
const UNSETTLED = 13;

/**
 * Statements that end the program in one line where its Node is older than it needs.
 *
 * @param oldest `MAJOR.MINOR`
 */
export function guardFor(name: string, oldest: string): string {
  const [major = 0, minor = 0] = oldest.split('.').map(Number);
  const needs = `${name}: needs Node ${oldest} or newer, and this is Node `;
  const advice = '; install a newer one, or put it first on the PATH\\n';
  return `const imsNode = process.versions.node.split('.').map(Number);
if (imsNode[0] < ${String(major)} || (imsNode[0] === ${String(major)} && imsNode[1] < ${String(minor)})) {
  process.stderr.write('${needs}' + process.versions.node + '${advice}');
  process.exit(${String(ERRORS.ConfigurationInvalid.exit)});
}`;
}

/** Calls what a program awaits at its top level, where `await` is a syntax error to Node before 14.8. */
export const mainIsCalled: Plugin = {
  name: 'main-is-called',
  setup: (build) => {
    build.onLoad({ filter: /\/apps\/[^/]+\/src\/main\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const start = text.search(/^await /m);
      if (start === -1) throw new Error(`${path} awaits nothing at its top level`);
      const [imports, body] = [text.slice(0, start), text.slice(start)];
      const contents = `${imports}process.exitCode = ${String(UNSETTLED)};\nvoid (async () => {\n${body}})();\n`;
      return { contents, loader: 'ts' };
    });
  },
};

const BUILTIN = new RegExp(String.raw`^(?:node:)?(?:${builtinModules.join('|')})$`);
const REQUIRED = 'required';

/** Asks for Node's own modules by a function: an import of a name that a module does not have is a syntax error. */
export const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup: (build) => {
    build.onResolve({ filter: BUILTIN }, ({ path, namespace }) =>
      namespace === REQUIRED
        ? { path, external: true }
        : { path: `node:${path.replace('node:', '')}`, namespace: REQUIRED },
    );
    build.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
  },
};
