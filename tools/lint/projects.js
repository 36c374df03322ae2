// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Every workspace with its folder, its tags and what it depends on when it ships.
 *
 * @returns {{ name: string, folder: string, tags: string[], dependencies: string[] }[]}
 */
export function readProjects() {
  const { workspaces } = readJson('package.json');
  return globSync(
    workspaces.map((/** @type {string} */ pattern) => `${pattern}/package.json`),
    { cwd: ROOT },
  )
    .sort()
    .map((file) => {
      const { name, nx, dependencies } = readJson(file);
      return { name, folder: dirname(file), tags: nx?.tags ?? [], dependencies: Object.keys(dependencies ?? {}) };
    });
}

/**
 * What is wrong with the tags of a project: each has exactly one type and one scope, and no other tag.
 *
 * @param {{ name: string, tags: string[] }} project
 * @param {{ types: string[], scopes: string[] }} known
 * @returns {string[]}
 */
export function tagProblems({ name, tags }, { types, scopes }) {
  const allowed = new Set([...types.map((type) => `type:${type}`), ...scopes.map((scope) => `scope:${scope}`)]);
  const count = (/** @type {string} */ prefix) => tags.filter((tag) => tag.startsWith(prefix)).length;
  return [
    ...['type:', 'scope:']
      .filter((prefix) => count(prefix) !== 1)
      .map((prefix) => `${name} has ${String(count(prefix))} tags ${prefix}*, it needs one`),
    ...tags.filter((tag) => !allowed.has(tag)).map((tag) => `${name} has the unknown tag ${tag}`),
  ];
}

function readJson(/** @type {string} */ file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}
