// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// node tools/images/versions.mjs [VERSION]
//
// Checks the version files of the repository and prints them as NAME=VALUE lines; refuses with the mend what does not
// fit, also a VERSION that is not the one of the images. Runs in the stage that has nothing but some Node.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const CONFIGURATION = 2;

/** Semantic version 2.0.0, without the build metadata. */
const CORE = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?/;
const SEMVER = new RegExp(String.raw`${CORE.source}(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`);

/** Longest tag that a registry takes. */
const LONGEST = 128;

/**
 * The files that the build pipeline of the other services writes, too; the first line of each counts.
 *
 * @type {readonly { file: string, variable: string, of: string, accepts: string, isValid: (text: string) => boolean }[]}
 */
const FILES = [
  {
    file: '.version',
    variable: 'VERSION',
    of: 'the source',
    accepts: 'a semantic version such as 1.2.3 or 1.2.3-rc.1+abc',
    isValid: (text) => SEMVER.test(text),
  },
  {
    file: '.docker_version',
    variable: 'DOCKER_VERSION',
    of: 'the images',
    // A tag has no plus sign.
    accepts: `a semantic version that can be a tag, such as 1.2.3 or 1.2.3-20261123.abc: no +, at most ${LONGEST} characters`,
    isValid: (text) => new RegExp(`${CORE.source}$`).test(text) && text.length <= LONGEST,
  },
  {
    file: '.chart_version',
    variable: 'CHART_VERSION',
    of: 'the charts',
    accepts: 'a semantic version such as 1.2.3 or 1.2.3-rc.1+abc',
    isValid: (text) => SEMVER.test(text),
  },
];

/** @typedef {{ VERSION: string, DOCKER_VERSION: string, CHART_VERSION: string }} Versions */

/**
 * Reads the versions of the source, the images and the charts.
 *
 * @param {string} root the directory with the files
 * @returns {{ versions: Versions } | { problems: string[] }} problems say the mend
 */
export function readVersions(root) {
  /** @type {Record<string, string>} */
  const found = {};
  /** @type {string[]} */
  const problems = [];
  for (const row of FILES) {
    const text = firstLine(join(root, row.file));
    const problem = problemOf(row, text);
    if (problem !== undefined) problems.push(problem);
    else found[row.variable] = text ?? '';
  }
  return problems.length > 0 ? { problems } : { versions: /** @type {Versions} */ (found) };
}

/**
 * @param {(typeof FILES)[number]} row
 * @param {string | undefined} text
 * @returns {string | undefined}
 */
function problemOf({ file, of, accepts, isValid }, text) {
  if (text === undefined) return `${file} is missing: it holds the version of ${of}; make it: echo 1.2.3 >${file}`;
  if (isValid(text)) return undefined;
  const mend = `write the version of ${of} to its first line, ${accepts}`;
  return text === '' ? `${file} is empty: ${mend}` : `${file} says ${JSON.stringify(text)}: ${mend}`;
}

/**
 * @param {string} path
 * @returns {string | undefined} nothing when there is no such file
 */
function firstLine(path) {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * @param {string} root
 * @param {string | undefined} wanted the version that the image's labels will say
 */
function main(root, wanted) {
  const read = readVersions(root);
  if ('problems' in read) return refuse(read.problems);
  const { DOCKER_VERSION } = read.versions;
  if (wanted !== undefined && wanted !== DOCKER_VERSION) {
    return refuse([
      `.docker_version says ${DOCKER_VERSION} and the build VERSION=${wanted}: build with --build-arg VERSION=${DOCKER_VERSION}`,
    ]);
  }
  for (const [name, value] of Object.entries(read.versions)) process.stdout.write(`${name}=${value}\n`);
  return 0;
}

/** @param {readonly string[]} problems */
function refuse(problems) {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return CONFIGURATION;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = main(fileURLToPath(new URL('../..', import.meta.url)), process.argv[2]);
}
