// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp, temporaryDirectory } from '@ims/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { run } from '../src/cli.ts';
import { readSettings, type World } from '../src/config.ts';
import { homeAt, requireSafeHome } from '../src/job/home.ts';

let work: string;
/** Everything below the working directory before the cells; nothing may be added or changed by them. */
let before: string[];

beforeAll(async () => {
  work = await temporaryDirectory();
  for (const name of ['etc', 'usr', 'boot']) await mkdir(join(work, 'image', name), { recursive: true });
  await writeFile(join(work, 'script.sh'), 'true\n');
  await mkdir(join(work, 'empty'));
  before = (await readdir(work, { recursive: true })).sort();
});

afterAll(cleanUp);

const LONG = 'x'.repeat(65_536);

type Given = { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> };

/** What is refused for being run without root had nothing else wrong with it. */
const ACCEPTED = 'a job needs root';

/** Runs the whole program in this process as somebody who may not start a job, and gives all that it printed. */
async function typed({ args = [], env = {} }: Given, command = ['run']): Promise<{ code: number; text: string }> {
  let text = '';
  const take = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(take);
  const out = { write: take, isTTY: false, columns: 80 };
  const world: World = {
    ...{
      argv: ['node', 'ims-job', ...command, ...args, '--output', 'json'],
      cwd: work,
      env,
      usualHome: join(work, 'home'),
    },
    ...{ isRoot: false, self: 'ims-job', asRoot: 'sudo ims-job', main: 'main.ts', node: 'node', mayColour: false },
    ...{ stdout: out, stderr: out },
    interruption: {
      signal: new AbortController().signal,
      urgent: new AbortController().signal,
      number: () => undefined,
    },
  };
  try {
    return { code: await run(world), text };
  } finally {
    stderr.mockRestore();
  }
}

function expectOneLine(text: string, named: string): void {
  const lines = text.trimEnd().split('\n');
  expect(lines.filter((line) => !line.startsWith('('))).toHaveLength(1);
  expect(text.length).toBeLessThan(2500);
  expect(lines[0]).not.toMatch(/\p{Cc}/u);
  expect(lines[0]).toContain(named);
  expect(lines[0]).not.toMatch(/Defect|\bat .*\.ts:|undefined|\/proc\/self/);
}

/** Per flag: what is wrong with it, and what is taken. */
const FLAGS: Readonly<Record<string, { readonly wrong: readonly string[]; readonly right: readonly string[] }>> = {
  '--image': {
    wrong: ['', '7', 'imge', '/dev/null', '/', 'a\nb', 'a\0b', LONG, 'empty', 'script.sh', 'script.sh/x'],
    right: ['image'],
  },
  '--action': {
    wrong: ['', '7', 'customise', 'Create', '/x', 'create\n', 'create\0', LONG],
    right: ['create', 'customize'],
  },
  '--script': { wrong: ['', '7', 'script', 'image', '/dev/null', 'a\nb', 'a\0b', LONG], right: ['script.sh'] },
  '--store': {
    wrong: [
      '',
      'S3:bucket',
      's3:/bucket',
      's3://',
      's3://B',
      's3://bucket/key',
      'script.sh',
      'script.sh/x',
      '/proc/x',
      '/dev/null/x',
      'a\nb',
      'a\0b',
      LONG,
    ],
    right: ['empty', 'new', 'file:///var/lib/ims-none'],
  },
  '--name': { wrong: ['', 'a\nb', 'a\0b', LONG], right: ['7', 'nam e', '/x'] },
  '--kernel': { wrong: ['', '..', '../x', 'a\nb', 'a\0b', LONG], right: ['7', 'vmlinux'] },
  '--initrd': { wrong: ['', '..', '../x', 'a\nb', 'a\0b', LONG], right: ['7', 'initrd.img'] },
  '--parameters': { wrong: ['', '..', '../x', 'a\nb', 'a\0b', LONG], right: ['7', 'parameters'] },
  '--log-level': { wrong: ['', '7', 'DEBG', '/x', 'DE\nBUG', 'DEBUG\0', LONG], right: ['DEBUG', 'debug'] },
  '--imag': { wrong: ['image', '', LONG], right: [] },
};

const IN_S3: Given = { args: ['--store', 's3://boot-images'] };
const S3 = { S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret', S3_ENDPOINT: 'https://rgw' };
const IMS = { ...S3, IMS_URL: 'https://ims' };
const NO_LINE = ['a\nb', 'a\0b', LONG];
const SECONDS = { wrong: ['0', 'x', '1.5', '-1', '1 h', '/x', ...NO_LINE], right: ['', '60'] };
const URLS = { wrong: ['htp://x', '/x', 'http:/x', 'https://u:p@x', ...NO_LINE], right: ['', 'http://x/'] };
const PATHS = { wrong: ['7', 'x', '/a/../b', ...NO_LINE], right: ['', '/x'] };

/** Per variable: beside which others it is read, what is wrong with it, and what is taken. */
const VARIABLES: Readonly<
  Record<string, { readonly beside?: Given; readonly wrong: readonly string[]; readonly right: readonly string[] }>
> = {
  LOG_LEVEL: { wrong: ['7', 'DEBG', '/x', ...NO_LINE], right: ['', 'DEBUG', 'debug'] },
  IMS_CHECK_KERNEL: { wrong: ['7', 'Warn', 'refused', '/x', ...NO_LINE], right: ['', 'warn'] },
  IMS_SQUASHFS_COMPRESSION: { wrong: ['7', 'ztd', '/x', ...NO_LINE], right: ['', 'zstd'] },
  IMS_SQUASHFS_BLOCK_SIZE: { wrong: ['x', '7', '/x', ...NO_LINE], right: ['', '1M'] },
  S3_ACCESS_KEY: { beside: { ...IN_S3, env: S3 }, wrong: ['', ...NO_LINE], right: ['7', '/x'] },
  S3_SECRET_KEY: { beside: { ...IN_S3, env: S3 }, wrong: ['', ...NO_LINE], right: ['7', '/x'] },
  S3_ENDPOINT: { beside: { ...IN_S3, env: S3 }, wrong: ['', 'htp://x', '/x', ...NO_LINE], right: ['http://x'] },
  S3_HOST: { beside: { ...IN_S3, env: S3 }, wrong: NO_LINE, right: ['', 'rgw'] },
  S3_SSL_VALIDATE: { beside: { ...IN_S3, env: S3 }, wrong: ['7', 'tru', '/x', ...NO_LINE], right: ['', 'False'] },
  S3_SSL_VERIFY: { beside: { ...IN_S3, env: S3 }, wrong: ['7', 'tru', '/x', ...NO_LINE], right: ['', 'False'] },
  CA_CERT: { beside: { ...IN_S3, env: S3 }, wrong: [...PATHS.wrong, '/x', '/etc'], right: ['', '/etc/passwd'] },
  IMS_STORE_COPY: {
    beside: { ...IN_S3, env: S3 },
    wrong: [...PATHS.wrong, '/proc/x', '/etc/passwd'],
    right: PATHS.right,
  },
  IMS_STALL_TIMEOUT: { beside: { ...IN_S3, env: S3 }, ...SECONDS },
  IMS_RETRY_TIMEOUT: { beside: { ...IN_S3, env: S3 }, ...SECONDS },
  IMS_URL: { beside: { ...IN_S3, env: S3 }, ...URLS },
  OAUTH_CONFIG_DIR: { beside: { ...IN_S3, env: IMS }, ...PATHS },
  OAUTH_CLIENT_ENDPOINT: { beside: { ...IN_S3, env: IMS }, ...URLS },
  OAUTH_CLIENT_ID: { beside: { ...IN_S3, env: IMS }, wrong: NO_LINE, right: ['', 'id'] },
  OAUTH_CLIENT_SECRET: { beside: { ...IN_S3, env: IMS }, wrong: NO_LINE, right: ['', 'secret'] },
  OAUTHLIB_INSECURE_TRANSPORT: { beside: { ...IN_S3, env: IMS }, wrong: NO_LINE, right: ['', '1'] },
  IMS_CALL_TIMEOUT: { beside: { ...IN_S3, env: IMS }, ...SECONDS },
  IMS_OUTBOX_TIMEOUT: { beside: { ...IN_S3, env: IMS }, ...SECONDS },
};

describe('every argument of ims-job, whatever is given for it', () => {
  it.each(Object.entries(FLAGS))(
    '%s is one clear line and exit code 2, or accepted, and nothing is changed',
    async (flag, { wrong, right }) => {
      const others = flag === '--image' ? [] : ['--image', 'image'];
      for (const value of wrong) {
        const { code, text } = await typed({ args: [...others, `${flag}=${value}`] });
        expect(code, value.slice(0, 50)).toBe(2);
        expectOneLine(text, flag);
        expect(text).not.toContain(ACCEPTED);
      }
      for (const value of right)
        expect((await typed({ args: [...others, flag, value] })).text, value).toContain(ACCEPTED);
      expect((await readdir(work, { recursive: true })).sort()).toEqual(before);
    },
  );

  it.each(Object.entries(VARIABLES))(
    '%s is one clear line and exit code 2, or accepted, and nothing is changed',
    async (name, { beside, wrong, right }) => {
      const given = (value: string): Given => ({
        args: ['--image', 'image', ...(beside?.args ?? [])],
        env: { ...beside?.env, [name]: value },
      });
      for (const value of wrong) {
        const { code, text } = await typed(given(value));
        expect(code, value.slice(0, 50)).toBe(2);
        expectOneLine(text, name);
        expect(text, value.slice(0, 50)).not.toContain(ACCEPTED);
      }
      for (const value of right) expect((await typed(given(value))).text, value).toContain(ACCEPTED);
      expect((await readdir(work, { recursive: true })).sort()).toEqual(before);
    },
  );

  it('the place of the jobs is refused, or accepted, before anything is made there', async () => {
    const place = async (env: Readonly<Record<string, string>>, usualHome = join(work, 'home')): Promise<string> => {
      try {
        await requireSafeHome(homeAt(readSettings({ env, usualHome }).home));
        return ACCEPTED;
      } catch (error) {
        return (error as Error).message;
      }
    };
    for (const value of [
      '7',
      'x',
      '/a/../b',
      '/proc/x',
      '/sys/x',
      '/etc/passwd',
      '/etc/passwd/x',
      '/tmp/x',
      ...NO_LINE,
    ]) {
      expectOneLine(await place({ IMS_JOB_HOME: value }), 'IMS_JOB_HOME');
    }
    expectOneLine(await place({}, '/home/a\nb'), 'XDG_STATE_HOME and HOME');
    for (const value of ['', join(work, 'new/er'), work]) expect(await place({ IMS_JOB_HOME: value })).toBe(ACCEPTED);
    for (const command of ['list', 'show x', 'resume x']) {
      const { code, text } = await typed({ env: { IMS_JOB_HOME: '/etc/passwd' } }, command.split(' '));
      expect(code).toBe(2);
      expectOneLine(text, command === 'resume x' ? 'root' : 'IMS_JOB_HOME /etc/passwd is not a directory');
    }
    expect((await readdir(work, { recursive: true })).sort()).toEqual(before);
  });
});
