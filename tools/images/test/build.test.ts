// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ROOT } from '../../lint/projects.js';
import { basesOf, buildArguments, imageNamed, IMAGES } from '../src/dockerfile.ts';
import { openFilesIn } from '../src/machine.ts';
import { MOST_MEGABYTES, overweight } from '../src/weight.ts';

const files = Object.values(IMAGES);
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the Dockerfiles', () => {
  it.each(files)('%s begins with images that a digest pins and an argument replaces', (file) => {
    const bases = basesOf(textOf(file));
    expect([...bases.keys()].sort()).toEqual(['BASE_IMAGE', 'NODE_IMAGE']);
    for (const image of bases.values())
      expect(image).toMatch(/^docker\.io\/library\/[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
    const stages = [...textOf(file).matchAll(/ AS (\w+)$/gm)].map(([, name]) => name);
    const from = [...textOf(file).matchAll(/^FROM (\S+)/gm)].map(([, name]) => name);
    expect(from.filter((name = '') => !stages.includes(name) && !/^\$\{\w+_IMAGE\}$/.test(name))).toEqual([]);
  });

  it('are led by the one of ims-sshd, which a build finds that names none', () => {
    expect(readlinkSync(join(ROOT, 'Dockerfile'))).toBe(IMAGES['ims-sshd']);
  });

  it('have the same bases', () => {
    const [sshd, agent] = files.map((file) => basesOf(textOf(file)));
    expect(sshd).toEqual(agent);
  });

  it.each(files)('%s labels its image with the version of .docker_version when nobody gives one', (file) => {
    const version = readFileSync(join(ROOT, '.docker_version'), 'utf8').trim();
    expect([...textOf(file).matchAll(/^ARG VERSION=(.*)$/gm)].map(([, given]) => given)).toEqual([version, version]);
  });

  it.each(files)('%s makes bash its sh, which gives its process to the last command', (file) => {
    expect(textOf(file)).toContain('ln -sf bash /bin/sh');
  });

  it.each(files)('%s copies into the last stage only what other stages made', (file) => {
    const last =
      textOf(file)
        .split(/^FROM /m)
        .at(-1) ?? '';
    expect(last.match(/^(COPY|ADD) (?!--from)/gm)).toBeNull();
    expect(last).not.toMatch(/^RUN/m);
  });
});

describe('npm run images', () => {
  it.each([
    ['sshd', 'ims-sshd'],
    ['ims-agent', 'ims-agent'],
    ['job', undefined],
  ])('takes %s for %s', (word, image) => {
    expect(imageNamed(word)).toBe(image);
  });

  const build = { image: 'ims-sshd', version: '1.2.3', tag: 'mine', revision: 'abc' } as const;

  it('builds as anybody would, when the bases are to be had', () => {
    expect(buildArguments({ ...build, bases: new Map(), secrets: new Map(), openFiles: undefined })).toEqual(
      'build --file Dockerfile.sshd --tag ims-sshd:mine --build-arg VERSION=1.2.3 --build-arg REVISION=abc .'.split(
        ' ',
      ),
    );
  });

  it.each(['registry.example.com/ims', 'registry.example.com/ims/'])(
    'names the image after the registry %s',
    (registry) => {
      const words = buildArguments({ ...build, registry, bases: new Map(), secrets: new Map(), openFiles: undefined });
      expect(words).toContain('registry.example.com/ims/ims-sshd:mine');
    },
  );

  it('names bases of its own, secrets and limits', () => {
    const line = buildArguments({
      ...build,
      bases: new Map([['BASE_IMAGE', 'localhost/base']]),
      secrets: new Map([['ca', '/etc/ca.crt']]),
      openFiles: 20_000,
    }).join(' ');
    expect(line).toContain('--build-arg BASE_IMAGE=localhost/base');
    expect(line).toContain('--secret id=ca,src=/etc/ca.crt');
    expect(line).toContain('--ulimit nofile=20000:20000');
    expect(line).toContain('--pull=false');
  });

  it('limits open files only where podman could not have its usual number', () => {
    const limits = (hard: string): string =>
      `Limit  Soft Limit  Hard Limit  Units\nMax open files   1024   ${hard}   files\n`;
    expect(openFilesIn(limits('20000'))).toBe(20_000);
    expect(openFilesIn(limits('1048576'))).toBeUndefined();
    expect(openFilesIn(limits('unlimited'))).toBeUndefined();
  });

  it('refuses an image that has grown beyond its limit, with what has to be done', () => {
    const weighed = (megabytes: number): string | undefined =>
      overweight('ims-sshd', { engine: 'podman', tag: 'mine', megabytes });
    expect(weighed(160)).toBeUndefined();
    expect(weighed(160.1)).toMatch(
      /^ims-sshd:mine adds 160\.1 MB to its base, more than the 160 that it may: podman history ims-sshd:mine /,
    );
  });

  it('holds to the limits that the page of the images promises', () => {
    const row =
      textOf('docs/images.md')
        .split('\n')
        .find((line) => line.includes('adds to its base')) ?? '';
    const promised = [...row.matchAll(/at most (\d+)/g)].map(([, most]) => Number(most));
    expect(promised).toEqual([MOST_MEGABYTES['ims-sshd'], MOST_MEGABYTES['ims-agent']]);
  });
});
