// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { build, stop } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../lint/projects.js';
import { leanPackages, loadedAtOnce } from '../lean.ts';

afterAll(async () => {
  await stop();
});

const MODELS = /node_modules\/@kubernetes\/client-node\/dist\/gen\/models\//;

async function inputsOf(plugins: (typeof leanPackages)[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['libs/kube/src/index.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    outfile: 'kube.mjs',
    metafile: true,
    logLevel: 'silent',
    plugins,
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {}).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
}

describe('a lean bundle', () => {
  it('holds of the client of Kubernetes what is used, and none of its hundreds of classes', async () => {
    const lean = await inputsOf([loadedAtOnce, leanPackages]);
    expect(lean.filter((path) => MODELS.test(path))).toEqual([]);
    expect(lean).toContain('node_modules/@kubernetes/client-node/dist/config.js');
    expect(lean).toContain('libs/kube/src/client.ts');
    expect(lean).not.toContain('libs/kube/src/client-later.ts');
    expect((await inputsOf([])).filter((path) => MODELS.test(path)).length).toBeGreaterThan(500);
  }, 120_000);
});
