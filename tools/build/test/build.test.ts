// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stop, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { otherNodes, promisedNodes } from '@ims/testing';
import { readProjects, ROOT } from '../../lint/projects.js';
import { bundle, packagesIn, projectsIn, PROGRAMS, type ProgramName } from '../bundle.ts';
import { UNUSED } from '../lean.ts';

const names = Object.keys(PROGRAMS) as ProgramName[];
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** Far from the repository, so that nothing is found in its node_modules. */
const dist = mkdtempSync(join(tmpdir(), 'ims-dist-'));
const metafiles = new Map<ProgramName, Metafile>();

beforeAll(async () => {
  for (const name of names) metafiles.set(name, await bundle(name, dist));
}, 120_000);

afterAll(async () => {
  // esbuild waits for more work in a process of its own.
  await stop();
  rmSync(dist, { recursive: true, force: true });
});

function projectsOf(name: ProgramName): string[] {
  const metafile = metafiles.get(name);
  return metafile === undefined ? [] : projectsIn(metafile);
}

function packagesOf(name: ProgramName): string[] {
  const metafile = metafiles.get(name);
  return metafile === undefined ? [] : packagesIn(metafile);
}

function foldersWith(tag: string): string[] {
  return readProjects().flatMap(({ folder, tags }) => (tags.includes(tag) ? [folder] : []));
}

/** The programs that another Node than that of the images runs, and those that only start there to say what they need. */
const portable = names.filter((name) => PROGRAMS[name].node === 'any');
const others = names.filter((name) => PROGRAMS[name].node === 'ours');
const nodes = await otherNodes();
const promised = await promisedNodes();
const [oldest] = nodes;

/** The modules of Node that a program has loaded when it ends. */
function loadedBy(...args: readonly string[]): string {
  const tell = "process.on('exit', () => console.error(process.moduleLoadList.join()))";
  const all = ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, ...args];
  return spawnSync(process.execPath, all, { cwd: ROOT, encoding: 'utf8' }).stderr;
}

describe('the bundles', () => {
  it.each(names)('%s runs by itself and knows its version', (name) => {
    const options = { cwd: dist, env: {}, encoding: 'utf8' } as const;
    expect(execFileSync(process.execPath, [join(dist, `${name}.mjs`), '--version'], options).trim()).toBe(version);
  });

  it.each(names)('%s can be executed and carries the copyright header', (name) => {
    const [interpreter, ...lines] = readFileSync(join(dist, `${name}.mjs`), 'utf8')
      .slice(0, 400)
      .split('\n');
    expect(interpreter).toMatch(/^#!\/usr\/bin\/env (node|-S node( --[a-z0-9=-]+)+)$/);
    expect(lines.slice(0, 2)).toEqual([
      '// (C) Copyright 2026 Hewlett Packard Enterprise Development LP',
      '// SPDX-License-Identifier: MIT',
    ]);
  });

  it.each([
    ['ims-sshd', 'scope:agent'],
    ['ims-agent', 'scope:sshd'],
    ['ims-sentinel', 'scope:agent'],
    ['ims-sentinel', 'scope:sshd'],
  ] as const)('%s holds nothing of %s', (name, tag) => {
    const foreign = foldersWith(tag);
    expect(foreign.length).toBeGreaterThan(1);
    expect(projectsOf(name)).toContain('libs/contract');
    expect(projectsOf(name).filter((project) => foreign.includes(project))).toEqual([]);
  });

  it.each(['ims-sshd', 'ims-sentinel'] as const)('%s holds no code for Kubernetes, S3, IMS or any server', (name) => {
    const clients = /^(@kubernetes|@aws|@aws-sdk|@smithy)\/|^(undici|oauth4webapi|openid-client|zod)$/;
    const packages = packagesOf(name);
    expect(packages).toContain('commander');
    expect(packages.filter((held) => clients.test(held))).toEqual([]);
    // The names are those by which they would be found.
    expect(packagesOf('ims-agent').filter((held) => clients.test(held))).toEqual(
      expect.arrayContaining(['@aws-sdk/client-s3', '@kubernetes/client-node', 'oauth4webapi', 'zod']),
    );
    const text = readFileSync(join(dist, `${name}.mjs`), 'utf8');
    const spoken = ['AWS4-HMAC-SHA256', 'client_credentials', 'merge-patch+json', 'x-amz-'];
    expect(spoken.filter((word) => text.includes(word))).toEqual([]);
  });

  it.each([
    ['ims-sshd', ['--no-opt', '--no-maglev', '--max-semi-space-size=1', '--v8-pool-size=0']],
    // It sets the others by itself, when its job begins.
    ['ims-agent', ['--max-semi-space-size=1', '--v8-pool-size=0']],
  ] as const)('%s runs without what costs memory and saves it no time', (name, flags) => {
    const [interpreter] = readFileSync(join(dist, `${name}.mjs`), 'utf8').split('\n', 1);
    expect(interpreter?.split(' ').slice(3)).toEqual(flags);
  });

  it.each(names)('%s is ASCII, so that V8 keeps one byte for each character', (name) => {
    expect(readFileSync(join(dist, `${name}.mjs`), 'utf8').match(/[^\0-\x7f]/g)).toBeNull();
  });

  it.each(names)('%s holds nothing that only others would use', (name) => {
    const unused = Object.values(UNUSED).flat();
    expect(packagesOf(name).filter((held) => unused.includes(held))).toEqual([]);
  });

  it.each(names)('%s loads what speaks HTTP, TLS and zlib when it has somebody to speak to', (name) => {
    const costly = /^NativeModule (crypto|https?|tls|zlib)$/;
    const loadedOf = (...args: readonly string[]): string[] =>
      loadedBy(...args)
        .trim()
        .split(',')
        .filter((module) => costly.test(module));
    const all = "import 'node:http'; import 'node:https'; import 'node:zlib'";
    expect(loadedOf('--input-type=module', '--eval', all)).toHaveLength(5);
    expect(loadedOf(join(dist, `${name}.mjs`), '--version')).toEqual([]);
  });

  it('ims-agent leaves the undici of Node alone', () => {
    expect(loadedBy(join(dist, 'ims-agent.mjs'), '--version')).not.toContain('internal/deps/undici/undici');
    expect(loadedBy('--input-type=module', '--eval', "import 'node:http'")).toContain('internal/deps/undici/undici');
  });

  it('ims-agent holds the package that makes metrics, and does not load it before somebody wants them', () => {
    // It asks for this module of Node, and nobody else does.
    expect(packagesOf('ims-agent')).toContain('prom-client');
    expect(loadedBy('--input-type=module', '--eval', "import 'prom-client'")).toContain('perf_hooks');
    expect(loadedBy(join(dist, 'ims-agent.mjs'), '--version')).not.toContain('perf_hooks');
  });

  it.each(names)('%s holds no fakes', (name) => {
    expect(projectsOf(name)).not.toContain('libs/testing');
  });
});

describe('the bundles on the Node of other people', () => {
  const run = (node: string | undefined, name: ProgramName) => {
    const { status, stdout, stderr } = spawnSync(node ?? '', [join(dist, `${name}.mjs`), '--version'], {
      ...{ cwd: dist, env: {}, encoding: 'utf8' },
    });
    return { status, stdout: stdout.trim(), stderr };
  };
  const needs = (name: string, needed: string, has: string | undefined): string =>
    `${name}: needs Node ${needed} or newer, and this is Node ${String(has)}; install a newer one, or put it first on the PATH\n`;

  it.each(portable.flatMap((name) => promised.map(({ version: has, file }) => ({ name, has, file }))))(
    '$name runs on Node $has',
    ({ name, file }) => {
      expect(run(file, name)).toEqual({ status: 0, stdout: version, stderr: '' });
    },
  );

  it.skipIf(oldest === undefined).each(portable)('%s says in one line that Node 12 is too old', (name) => {
    expect(run(oldest?.file, name)).toEqual({ status: 2, stdout: '', stderr: needs(name, '20.9', oldest?.version) });
  });

  it.each(others.flatMap((name) => promised.slice(0, -1).map(({ version: has, file }) => ({ name, has, file }))))(
    '$name says in one line that it needs the Node of the images, where it finds Node $has',
    ({ name, has, file }) => {
      const pinned = process.versions.node.split('.', 2).join('.');
      expect(run(file, name)).toEqual({ status: 2, stdout: '', stderr: needs(name, pinned, has) });
    },
  );
});
