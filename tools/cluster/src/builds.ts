// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { arch } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { Layout } from './layout.ts';
import { say, step } from './progress.ts';

/** The programs that are built here, from modules whose versions and sums are in this repository. */
export type Binary = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kubelet' | 'pause';

interface Recipe {
  /** A folder below `go/`: each module has a graph of versions of its own. */
  readonly module: 'etcd' | 'kubernetes' | 'pause';
  readonly package: string;
  /** Cold, on two cores: what a newcomer waits for. */
  readonly coldSeconds: number;
}

/** What is built, and from which package. */
export const BINARIES: Readonly<Record<Binary, Recipe>> = {
  pause: { module: 'pause', package: '.', coldSeconds: 5 },
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', coldSeconds: 40 },
  'kube-apiserver': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-apiserver', coldSeconds: 320 },
  'kube-controller-manager': {
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
    coldSeconds: 95,
  },
  'kube-scheduler': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-scheduler', coldSeconds: 10 },
  kubelet: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubelet', coldSeconds: 25 },
};

const MODULES = fileURLToPath(new URL('../go', import.meta.url));

/** Without it the API server calls itself v0.0.0, and clients that look at the version go wrong. */
const VERSION = 'k8s.io/component-base/version';

/** Where the built program lies: the name changes with everything that goes into it, so any clone may use it. */
export async function pathOf(layout: Layout, binary: Binary): Promise<string> {
  const { module } = BINARIES[binary];
  const files = ['go.mod', 'go.sum', 'main.go'].map((name) => `${MODULES}/${module}/${name}`).filter(existsSync);
  const hash = createHash('sha256').update(arch());
  for (const file of files) hash.update(await readFile(file));
  return `${layout.cache}/${module}-${hash.digest('hex').slice(0, 16)}/${binary}`;
}

/** Builds what the cache does not have. */
export async function provideBinaries(layout: Layout): Promise<void> {
  for (const binary of Object.keys(BINARIES) as Binary[]) {
    const path = await pathOf(layout, binary);
    if (existsSync(path)) continue;
    const { coldSeconds } = BINARIES[binary];
    say(`builds ${binary}: about ${String(coldSeconds)} s on two cores the first time, then never again`);
    await step(`built ${binary}`, async () => await build(binary, path));
  }
}

/** The linker's flags: no symbols, and for Kubernetes the version that go.mod names. */
export function linkerFlags(goMod: string): string {
  const version = /\sk8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(goMod);
  if (version === null) return '-s -w';
  const [, git = '', major = '', minor = ''] = version;
  return `-s -w -X ${VERSION}.gitVersion=${git} -X ${VERSION}.gitMajor=${major} -X ${VERSION}.gitMinor=${minor}`;
}

async function build(binary: Binary, path: string): Promise<void> {
  const recipe = BINARIES[binary];
  const folder = `${MODULES}/${recipe.module}`;
  const flags = linkerFlags(await readFile(`${folder}/go.mod`, 'utf8'));
  // An interrupted build leaves nothing that looks finished.
  const unfinished = `${path}.${String(process.pid)}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await go(folder, ['build', '-v', '-trimpath', '-ldflags', flags, '-o', unfinished, recipe.package]);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Often enough to see that it lives. */
const REPORT_EVERY_MS = 15_000;
const KEPT_LINES = 20;

async function go(folder: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' };
  const child = spawn('go', args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: string[] = [];
  let compiled = 0;
  let reportedAt = performance.now();
  createInterface({ input: child.stderr }).on('line', (line) => {
    compiled += 1;
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    say(`  ${String(compiled)} packages so far, now ${line}`);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`go ${args.join(' ')} failed in ${folder}:\n${lines.join('\n')}`);
}
