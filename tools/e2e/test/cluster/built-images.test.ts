// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { PairImages } from '@ims/cluster';
import { onCleanup, SOURCE_TREE } from '@ims/testing';
import { expect, it } from 'vitest';

import { describeJobs, type Bench } from './bench.ts';

const run = promisify(execFile);

/** What an image has to have, and what it is (reference §9.1; docs/images.md). */
interface Promised {
  readonly image: keyof PairImages;
  readonly tools: readonly string[];
  readonly files: readonly string[];
  readonly entrypoint: readonly string[];
  readonly variables: readonly string[];
}

const PROMISED: readonly Promised[] = [
  {
    image: 'sshd',
    tools: [
      ...[
        'sh',
        'bash',
        'tini',
        '/usr/sbin/sshd',
        'ssh',
        'scp',
        'ssh-keygen',
        'iptables',
        'getent',
        'mount',
        'modprobe',
      ],
      ...['awk', '/usr/bin/qemu-aarch64-static', 'mksquashfs', 'unsquashfs', 'update-ca-certificates'],
      ...['ims-sshd', 'ims-sentinel'],
    ],
    files: ['/entrypoint.sh', '/run_script.sh', '/usr/share/pki/trust/anchors', '/run/sshd'],
    entrypoint: ['/entrypoint.sh'],
    variables: ['IMAGE_ROOT_PARENT=/mnt/image', 'SSHD_OPTIONS=', 'CUSTOMIZATION_SCRIPT=/run_script.sh'],
  },
  {
    image: 'agent',
    tools: [
      ...['sh', 'bash', 'tini', 'mksquashfs', 'unsquashfs', 'tar', 'ssh', 'ssh-keygen', 'update-ca-certificates'],
      ...['ims-agent', 'ims-sentinel'],
    ],
    files: ['/scripts/prep-env.sh', '/scripts/buildenv-sidecar.sh'],
    entrypoint: ['/usr/bin/tini', '-s', '--', 'ims-agent'],
    variables: ['IMAGE_ROOT_PARENT=/mnt/image'],
  },
];

/** What would only be there to build with. */
const UNWANTED = ['npm', 'npx', 'corepack', 'tsc', 'gcc', 'cc', 'g++', 'c++', 'make', 'python3'];

/** Names of files that no image has: source, maps of it, what builds it, and keys that whoever has the image would know. */
const NEVER = ['*.ts', '*.mts', '*.cts', '*.map', 'package.json', 'node_modules', 'ssh_host_*'];

/** Prints one line for each thing that is not as it has to be. */
function examination({ tools, files }: Promised): string {
  const names = NEVER.map((name) => `-name '${name}'`).join(' -o ');
  return [
    `for tool in ${tools.join(' ')}; do command -v "$tool" >/dev/null || echo "no $tool"; done`,
    `for file in ${files.join(' ')}; do [ -x "$file" ] || echo "no $file"; done`,
    `for tool in ${UNWANTED.join(' ')}; do command -v "$tool"; done`,
    `find / \\( -path /proc -o -path /sys -o -path /dev \\) -prune -o \\( ${names} \\) -print`,
    'echo examined',
  ].join('\n');
}

/** What a command says in a container of an image. */
async function saidIn({ namespace, images }: Bench, image: keyof PairImages, script: string): Promise<string> {
  const { repository, tag, pullPolicy } = images[image];
  const name = `examined-${image}-${randomBytes(4).toString('hex')}`;
  const container = { name: 'main', image: `${repository}:${tag}`, imagePullPolicy: pullPolicy };
  const spec = { restartPolicy: 'Never', containers: [{ ...container, command: ['sh', '-c', script] }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  onCleanup(async () => {
    await namespace.kubectl(['delete', 'pod', name, '--wait=false']);
  });
  await namespace.kubectl(['create', '--filename', '-'], JSON.stringify(pod));
  await namespace.kubectl(['wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=120s']);
  return await namespace.kubectl(['logs', name]);
}

/** What podman knows of an image; docker names the fields likewise. */
interface Inspected {
  readonly User: string;
  readonly Config: {
    readonly Entrypoint: readonly string[];
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
  };
}

async function inspected({ images }: Bench, image: keyof PairImages): Promise<Inspected> {
  const { repository, tag } = images[image];
  const { stdout } = await run('podman', ['image', 'inspect', `${repository}:${tag}`]);
  const [found] = JSON.parse(stdout) as [Inspected];
  return found;
}

describeJobs('the images as they are built', 'images', (bench) => {
  it.each(PROMISED)('have every tool that pods of IMS use, and nothing to build with: $image', async (promised) => {
    expect(await saidIn(bench(), promised.image, examination(promised))).toBe('examined\n');
  });

  it('are examined by something that finds what is missing and what is too much', async () => {
    const wrong = { ...PROMISED[0], tools: ['no-such-tool'], files: ['/no-such-file'] } as Promised;
    const planted = `touch /tmp/a.ts\n${examination(wrong)}`;
    const found = ['no no-such-tool', 'no /no-such-file', '/tmp/a.ts', 'examined', ''];
    expect((await saidIn(bench(), 'sshd', planted)).split('\n')).toEqual(found);
  });

  it.each(PROMISED)('say what they are and start as pods of IMS expect: $image', async (promised) => {
    const { image, entrypoint, variables } = promised;
    const { User, Config } = await inspected(bench(), image);
    const version = (await readFile(`${SOURCE_TREE}/.docker_version`, 'utf8')).trim();
    const label = (name: string): string | undefined => Config.Labels[`org.opencontainers.image.${name}`];
    expect(label('title')).toBe(`ims-${image}`);
    expect(label('version')).toBe(version);
    expect(label('licenses')).toBe('MIT');
    expect(label('vendor')).toBe('Hewlett Packard Enterprise Development LP');
    expect(label('description')).toMatch(/container of an IMS job/);
    // Of the commit that it was built from, which steps that are not done again may be older than.
    expect(label('revision')).toMatch(/^[0-9a-f]{40}(?:-dirty)?$/);
    expect(label('base.name')).toMatch(/\S/);
    expect(Config.Entrypoint).toEqual(entrypoint);
    expect(Config.Env).toEqual(expect.arrayContaining(variables as string[]));
    expect(['', 'root', '0']).toContain(User);
  });
});
