// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { BINARIES, linkerFlags, pathOf, type Binary } from '../src/builds.ts';
import { layoutOf } from '../src/layout.ts';

const layout = layoutOf({ XDG_CACHE_HOME: '/cache' });

async function goMod(module: string): Promise<string> {
  return await readFile(fileURLToPath(new URL(`../go/${module}/go.mod`, import.meta.url)), 'utf8');
}

describe('the programs of a cluster', () => {
  it('lie in the cache under a name that changes with what they are built from', async () => {
    const paths = await Promise.all((Object.keys(BINARIES) as Binary[]).map((binary) => pathOf(layout, binary)));
    for (const path of paths) expect(path).toMatch(/^\/cache\/ims-job-pair\/cluster\/[a-z]+-[0-9a-f]{16}\/[a-z-]+$/);
    const folders = new Set(paths.map((path) => path.split('/')[4]));
    expect(folders.size).toBe(3);
  });

  it.each(Object.entries(BINARIES))('%s comes from a package that its module pins', async (_, recipe) => {
    const text = await goMod(recipe.module);
    if (recipe.package !== '.') expect(text).toContain(`\t${recipe.package}\n`.replace(/^\t(go\.)/, 'tool $1'));
  });

  it('replace each part of Kubernetes by the release that belongs to its version', async () => {
    const text = await goMod('kubernetes');
    const [, version = ''] = /\sk8s\.io\/kubernetes v1\.(\S+)/.exec(text) ?? [];
    const replacements = [...text.matchAll(/^\t(\S+) => (\S+) (\S+)$/gm)];
    expect(replacements.length).toBeGreaterThan(25);
    for (const [, from, to, release] of replacements) expect([to, release]).toEqual([from, `v0.${version}`]);
  });

  it('tell their version, without which clients take the API server for v0.0.0', async () => {
    const version = 'k8s.io/component-base/version';
    expect(linkerFlags('require (\n\tk8s.io/kubernetes v1.34.4\n)')).toBe(
      `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`,
    );
    expect(linkerFlags(await goMod('kubernetes'))).toContain('gitVersion=v1.');
    expect(linkerFlags(await goMod('etcd'))).toBe('-s -w');
  });
});
