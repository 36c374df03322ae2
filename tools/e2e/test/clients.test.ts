// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { cleanUp } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { playBook } from './support/ansible.ts';
import { clientOptions, runClient } from './support/client.ts';
import { complete, rootIn } from './support/finish.ts';
import { openPair, type Pair } from './support/pair.ts';

afterEach(cleanUp);

const CONTENT = 'made on the administrator’s machine\n';

/** Works in every shell: needs no Python in the image. */
const BARE_BOOK = `
- hosts: all
  gather_facts: false
  tasks:
    - raw: echo by raw > {{ root }}/root/by-raw
    - script: ./script.sh {{ root }}/root/by-script
    - raw: cat {{ root }}/root/by-script
      register: said
    - assert: { that: "said.stdout.strip() == 'by script'" }
`;

/** What a playbook of CFS is made of: facts, templates, and files that are handed over. */
const USUAL_BOOK = `
- hosts: all
  tasks:
    - file: { path: "{{ root }}/opt/site", state: directory, mode: "0750" }
    - copy: { content: "kernel {{ ansible_kernel }}\\n", dest: "{{ root }}/opt/site/facts", mode: "0640" }
    - copy: { src: ./content, dest: "{{ root }}/opt/site/content" }
    - lineinfile: { path: "{{ root }}/opt/site/content", line: a line more }
    - command: cat {{ root }}/opt/site/content
      register: said
    - fetch: { src: "{{ root }}/opt/site/content", dest: ./fetched, flat: true }
    - assert: { that: "'a line more' in said.stdout_lines" }
`;

describe.each([
  { shell: 'a jailed shell', jailed: true },
  { shell: 'a shell that is not jailed', jailed: false },
])('$shell takes what its users have', ({ jailed }) => {
  it('scp copies there and back', async () => {
    const pair = await openPair({ jailed });
    const { scratch } = pair.volume;
    await writeFile(`${scratch}/content`, CONTENT);
    const there = `root@127.0.0.1:${rootIn(pair)}/root/by-scp`;
    expect(await runClient('scp', [...clientOptions(pair.job), `${scratch}/content`, there])).toMatchObject({
      code: 0,
    });
    expect(await runClient('scp', [...clientOptions(pair.job), there, `${scratch}/back`])).toMatchObject({ code: 0 });
    expect(await readFile(`${scratch}/back`, 'utf8')).toBe(CONTENT);
    await complete(pair);
  });

  it('rsync copies a tree, and nothing the second time', async () => {
    const prepare = async ({ imageRoot }: Pair['volume']): Promise<void> => await install(imageRoot, 'rsync');
    const pair = await openPair({ jailed, prepare });
    const { scratch, imageRoot } = pair.volume;
    await mkdir(`${scratch}/tree/below`, { recursive: true });
    await writeFile(`${scratch}/tree/below/content`, CONTENT);
    const ssh = ['ssh', ...clientOptions(pair.job)].join(' ');
    const target = `root@127.0.0.1:${rootIn(pair)}/opt/tree/`;
    const copy = async (): Promise<string[]> => {
      const said = await runClient('rsync', ['-aAX', '--out-format=%n', '-e', ssh, `${scratch}/tree/`, target]);
      expect(said).toMatchObject({ code: 0, stderr: '' });
      return said.stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/'));
    };
    await pair.ssh(`mkdir -p ${rootIn(pair)}/opt`);
    expect(await copy()).toEqual(['below/content']);
    expect(await copy()).toEqual([]);
    expect(await readFile(`${imageRoot}/opt/tree/below/content`, 'utf8')).toBe(CONTENT);
    await complete(pair);
  });

  it('Ansible runs a playbook without Python on the other side', async () => {
    const pair = await openPair({ jailed });
    const script = '#!/bin/sh\necho by script > "$1"\n';
    expect(await playBook(pair, { book: BARE_BOOK, files: { 'script.sh': script } })).toMatchObject({ code: 0 });
    expect(await readFile(`${pair.volume.imageRoot}/root/by-raw`, 'utf8')).toBe('by raw\n');
    await complete(pair);
  });
});

describe('a shell with Python', () => {
  it('Ansible runs a playbook of facts, files and templates', async () => {
    const pair = await openPair({ jailed: false });
    expect(await playBook(pair, { book: USUAL_BOOK, files: { content: CONTENT } })).toMatchObject({ code: 0 });
    const { imageRoot } = pair.volume;
    expect(await readFile(`${imageRoot}/opt/site/content`, 'utf8')).toBe(`${CONTENT}a line more\n`);
    expect(await readFile(`${imageRoot}/opt/site/facts`, 'utf8')).toMatch(/^kernel \d/);
    await complete(pair);
  });

  it('Ansible tells that the shell is closed when the job is over', async () => {
    const pair = await openPair({ jailed: false });
    await complete(pair);
    const said = await playBook(pair, { book: BARE_BOOK, files: { 'script.sh': '' } });
    expect(said.code).toBe(4);
    expect(said.stdout).toContain('UNREACHABLE');
  });
});

/** Puts a program of this machine into an image, with what it is linked to. */
async function install(imageRoot: string, program: string): Promise<void> {
  const path = execFileSync('which', [program], { encoding: 'utf8' }).trim();
  const linked = execFileSync('ldd', [path], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g);
  for (const file of [path, ...[...linked].map(([, library = '']) => library)]) {
    await mkdir(dirname(`${imageRoot}${file}`), { recursive: true });
    await copyFile(file, `${imageRoot}${file}`);
  }
}
