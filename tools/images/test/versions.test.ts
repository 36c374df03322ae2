// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterEach, describe, expect, it } from 'vitest';

import { ROOT } from '../../lint/projects.js';
import { readVersions } from '../versions.mjs';

afterEach(cleanUp);

const GOOD = { '.version': '1.2.3\n', '.docker_version': '1.2.3-rc.1\n', '.chart_version': '1.2.3+abc\n' };

/** A clone with these version files and the program that checks them. */
async function clone(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryDirectory('versions');
  mkdirSync(`${root}/tools/images`, { recursive: true });
  cpSync(join(ROOT, 'tools/images/versions.mjs'), `${root}/tools/images/versions.mjs`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

async function problems(file: string, text: string): Promise<string> {
  const read = readVersions(await clone({ ...GOOD, [file]: text }));
  return 'problems' in read ? read.problems.join('\n') : '';
}

describe('the version files', () => {
  it('of this repository agree with its package', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(readVersions(ROOT)).toEqual({
      versions: { VERSION: version, DOCKER_VERSION: version, CHART_VERSION: version },
    });
  });

  it('give their first lines', async () => {
    const root = await clone({ ...GOOD, '.version': '1.2.3\r\nsecond line\n' });
    expect(readVersions(root)).toEqual({
      versions: { VERSION: '1.2.3', DOCKER_VERSION: '1.2.3-rc.1', CHART_VERSION: '1.2.3+abc' },
    });
  });

  it.each(Object.keys(GOOD))('are refused when %s is missing, with what makes it', async (file) => {
    const root = await clone(GOOD);
    rmSync(join(root, file));
    const read = readVersions(root);
    expect(read).toHaveProperty('problems');
    expect('problems' in read && read.problems).toEqual([
      expect.stringMatching(new RegExp(`^\\${file} is missing: .*echo 1.2.3 >\\${file}$`)),
    ]);
  });

  it.each(['', '1.2', 'v1.2.3', '01.2.3', '@VERSION@', '1.2.3 ', '1.2.3-', '1.2.3\t', 'latest'])(
    'are refused when one says %j, with what is accepted',
    async (text) => {
      for (const file of Object.keys(GOOD)) {
        expect(await problems(file, `${text}\n`)).toMatch(/^\.\w+ (is empty|says ".*"): write the version of/);
      }
    },
  );

  it('are refused when the version of the images cannot be a tag', async () => {
    expect(await problems('.docker_version', '1.2.3+abc\n')).toContain('no +');
    expect(await problems('.docker_version', `1.2.3-${'a'.repeat(123)}\n`)).toContain('at most 128 characters');
    expect(await problems('.chart_version', `1.2.3-${'a'.repeat(123)}\n`)).toBe('');
  });

  it('are all judged at once', async () => {
    const read = readVersions(await clone({ '.version': 'x' }));
    expect('problems' in read && read.problems).toHaveLength(3);
  });

  it('end a build with 2 when they are refused, or when the label would say another version', async () => {
    const root = await clone(GOOD);
    const check = async (...words: string[]) =>
      await promisify(execFile)(process.execPath, [`${root}/tools/images/versions.mjs`, ...words]);
    await expect(check('1.2.3-rc.1')).resolves.toMatchObject({
      stdout: 'VERSION=1.2.3\nDOCKER_VERSION=1.2.3-rc.1\nCHART_VERSION=1.2.3+abc\n',
    });
    await expect(check('1.2.3')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--build-arg VERSION=1.2.3-rc.1') as string,
    });
    rmSync(`${root}/.docker_version`);
    await expect(check()).rejects.toMatchObject({ code: 2, stdout: '' });
  });
});
