// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { createRunner } from '@ims/process';
import { silentLogger } from '@ims/runtime';
import { cleanUp, createSshKey, temporaryDirectory } from '@ims/testing';

import { amendConfig, isAmended, JAIL_SETTINGS, valuesOf } from '../src/amend-config.ts';
import { renderBaseConfig } from '../src/base-config.ts';
import { checkConfigPath, checkConfigValue } from '../src/config-value.ts';
import { parseEffectiveConfig, reachableAt, type EffectiveConfig } from '../src/effective-config.ts';

afterEach(cleanUp);

const variables = { IMS_JOB_ID: 'job-1', IMS_ARCH: 'aarch64', IMS_DKMS_ENABLED: 'True', REMOTE_BUILD_NODE: '' };
const LINE = 'SetEnv IMS_JOB_ID=job-1 IMS_ARCH=aarch64 IMS_DKMS_ENABLED=True REMOTE_BUILD_NODE=';

describe('the base configuration', () => {
  it('is that of reference §4.1 when nothing is set, with room for many clients', () => {
    expect(renderBaseConfig().split('\n')).toEqual([
      'Port 22',
      'LogLevel INFO',
      'PermitRootLogin yes',
      'PubkeyAuthentication yes',
      'AuthorizedKeysFile /etc/cray/ims/authorized_keys',
      'PasswordAuthentication no',
      'ChallengeResponseAuthentication no',
      'Subsystem sftp internal-sftp',
      'MaxSessions 200',
      'MaxStartups 200:30:400',
      'LoginGraceTime 60',
      '',
    ]);
  });

  it('names port, address, host keys, pid file and keys of a door of its own', () => {
    const text = renderBaseConfig({
      port: 2022,
      listenAddress: '127.0.0.1',
      hostKeyDirectory: '/j/keys',
      pidFile: '/j/pid',
      authorizedKeysFile: '/j/authorized_keys',
    });
    expect(text).toContain('Port 2022\nListenAddress 127.0.0.1\nHostKey /j/keys/ssh_host_rsa_key\n');
    expect(valuesOf(text, 'HostKey')).toHaveLength(3);
    expect(valuesOf(text, 'pidfile')).toEqual(['/j/pid']);
  });
});

describe('H30 a value that would be more than a value', () => {
  it.each([
    ['a\nPermitTunnel yes', 'a line break'],
    ['a\rb', 'a line break'],
    ['a\0b', 'a control character'],
    ['-o', 'a leading dash'],
    ['a"b', 'a quote'],
    ["a'b", 'a quote'],
    ['a#b', 'a #'],
    ['`id`', 'a backtick'],
    ['$(id)', 'a $'],
    ['a b', 'a space'],
    ['a%h', 'a %'],
    ['a;b', 'a character that a shell would act on'],
  ])('is refused, and what was found is named: %j', (value, found) => {
    expect(() => checkConfigValue('REMOTE_BUILD_NODE', value)).toThrow(
      expect.objectContaining({
        reason: 'ConfigurationInvalid',
        message: expect.stringContaining(`holds ${found}`) as string,
      }),
    );
    expect(() => amendConfig('Port 22\n', { variables: { ...variables, REMOTE_BUILD_NODE: value } })).toThrow(
      /REMOTE_BUILD_NODE/,
    );
    expect(() => renderBaseConfig({ listenAddress: value })).toThrow(/listen address/);
    expect(() => amendConfig('', { variables, jail: value })).toThrow(/image root/);
  });

  it('is told from an ordinary one', () => {
    for (const value of ['', 'x3000c0s1b0n0', '10.1.2.3', 'fe80::1', 'a.b-c_d', '/mnt/image/image-root', 'a@b']) {
      if (!value.startsWith('-')) expect(checkConfigValue('X', value)).toBe(value);
    }
    expect(() => checkConfigPath('X', 'relative/path')).toThrow(/not an absolute path/);
  });
});

const lines = fc.array(
  fc.constantFrom(
    '',
    '# a comment',
    'Port 22',
    'SetEnv A=1 B=2',
    '  setenv X=y',
    'SETENV=Z=1',
    'Match User root',
    '  ChrootDirectory /elsewhere',
    'match all',
    'Subsystem sftp internal-sftp',
    LINE,
  ),
  { maxLength: 12 },
);

describe('H42 amending', () => {
  it('leaves exactly one SetEnv line, before any Match block, whatever was there', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), (given, jailed) => {
        const text = amendConfig(given.join('\n'), { variables, jail: jailed ? '/r' : undefined });
        const rows = text.split('\n');
        const found = rows.flatMap((row, at) => (/^\s*setenv\b/i.test(row) ? [at] : []));
        const match = rows.findIndex((row) => /^\s*match\b/i.test(row));
        expect(found).toHaveLength(1);
        expect(rows[found[0] ?? -1]).toBe(LINE);
        if (match !== -1) expect(found[0]).toBeLessThan(match);
      }),
    );
  });

  it('twice is the same as once, also when the jail comes or goes', () => {
    fc.assert(
      fc.property(lines, fc.boolean(), fc.boolean(), (given, first, second) => {
        const once = amendConfig(given.join('\n'), { variables, jail: second ? '/r' : undefined });
        const before = amendConfig(given.join('\n'), { variables, jail: first ? '/q' : undefined });
        expect(amendConfig(before, { variables, jail: second ? '/r' : undefined })).toBe(once);
        expect(amendConfig(once, { variables, jail: second ? '/r' : undefined })).toBe(once);
        expect(isAmended(once)).toBe(true);
      }),
    );
  });

  it('keeps every other line as it was', () => {
    const text = amendConfig('Port 22\n# mine\nMatch User bob\n  X11Forwarding yes\n', { variables });
    expect(text).toBe(`Port 22\n# mine\n${LINE}\nMatch User bob\n  X11Forwarding yes\n`);
    expect(isAmended('Port 22\n')).toBe(false);
  });

  it('adds the limits that the configuration lacks, and leaves those that it has', () => {
    const limits = { MaxSessions: '200', MaxStartups: '9' };
    const text = amendConfig('maxstartups=5\nMatch User bob\nMaxSessions 1\n', { variables, limits });
    expect(text).toBe(`maxstartups=5\nMaxSessions 200\n${LINE}\nMatch User bob\nMaxSessions 1\n`);
    expect(amendConfig(text, { variables, limits })).toBe(text);
    const overruled = ['maxsessions', 'permitrootlogin'];
    expect(amendConfig('MaxSessions 7\nPermitRootLogin yes\n', { variables, limits, overruled })).toBe(
      `PermitRootLogin yes\nMaxStartups 9\n${LINE}\n`,
    );
  });

  it('is understood by the real sshd as it is meant, jail included', async () => {
    const directory = await temporaryDirectory('config');
    const key = await createSshKey(directory, 'host');
    const base = renderBaseConfig({ port: 2345, listenAddress: '127.0.0.1', pidFile: `${directory}/pid` });
    const text = amendConfig(`HostKey ${key.path}\n${base}SetEnv OLD=1\n`, {
      variables,
      jail: '/mnt/image/image-root',
    });
    await writeFile(`${directory}/sshd_config`, text);
    const runner = createRunner({ logger: silentLogger });
    const dump = await runner.run({
      program: '/usr/sbin/sshd',
      args: ['-f', `${directory}/sshd_config`, '-T', '-C', 'user=root,host=localhost,addr=127.0.0.1'],
    });
    const config = parseEffectiveConfig(dump.stdout);
    expect(config.setEnv).toEqual(LINE.split(' ').slice(1));
    expect(config.chrootDirectory).toBe('/mnt/image/image-root');
    for (const [keyword, value] of Object.entries(JAIL_SETTINGS)) expect(config.value(keyword)).toBe(value);
    expect(config).toMatchObject({
      port: 2345,
      listenAddresses: ['127.0.0.1:2345'],
      pidFile: `${directory}/pid`,
      authorizedKeysFiles: ['/etc/cray/ims/authorized_keys'],
      hostKeys: [key.path],
    });
  });
});

/** What a value of Kubernetes may be, and what each could be mistaken for. */
const ODD_VALUES: Readonly<Record<string, string>> = {
  BLANKS: '  two  words ',
  TAB: 'a\tb\t',
  DOUBLE: 'say "yes"',
  SINGLE: "it's",
  BACKSLASHES: String.raw`C:\dir\ "\\" \n`,
  HASH: '# not a comment',
  DIRECTIVE: 'x" PermitTunnel "yes',
  DOLLAR: '$(id) ${HOME} `id` %h',
  EQUALS: 'a=b=c',
  JSON: '{"a": [1, "two"]}',
  EMPTY: '',
  FOREIGN: 'grün 🜂',
  RETURN: 'a\rb\r',
  'a.b-c': 'a name with dots',
  LONG: 'x'.repeat(20_000),
};

describe('H30 the environment of the container', () => {
  const environment = { ...ODD_VALUES, LINES: 'a\nPermitTunnel yes', 'LI\nNES': 'x', IMS_ARCH: 'overruled' };

  it('stays on the one SetEnv line, whatever a value holds; one with a line break is left out', () => {
    const text = amendConfig('Port 22\n', { variables, environment });
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toContain('overruled');
    expect(amendConfig(text, { variables, environment })).toBe(text);
  });

  it('is read by the real sshd as it is, also when it is large', async () => {
    const directory = await temporaryDirectory('config');
    const services = Array.from({ length: 800 }, (_, at) => [
      `SERVICE_${String(at)}_PORT`,
      `tcp://10.0.0.1:${String(at)}`,
    ]);
    const all = { ...environment, ...(Object.fromEntries(services) as Record<string, string>) };
    const { setEnv, value } = await understood(directory, amendConfig('', { variables, environment: all }));
    const told = Object.entries(all).filter((words) => !words.join('').includes('\n') && words[0] !== 'IMS_ARCH');
    expect(new Set(setEnv)).toEqual(new Set([...Object.entries(variables), ...told].map((words) => words.join('='))));
    expect(value('permittunnel')).toBe('no');
  });

  it('is read by the real sshd as it is, whatever characters it is made of', async () => {
    const directory = await temporaryDirectory('config');
    const character = fc.constantFrom(...Array.from(' \t"\'\\#$%=a\r{}*?;&|<>\u0001\u001bü'));
    const texts = fc.sample(fc.array(character, { maxLength: 12 }), 500).map((characters) => characters.join(''));
    const random = Object.fromEntries(texts.map((text, at) => [`RANDOM_${String(at)}`, text]));
    const { setEnv } = await understood(directory, amendConfig('', { variables, environment: random }));
    expect(setEnv.slice(Object.keys(variables).length)).toEqual(Object.entries(random).map((words) => words.join('=')));
  });
});

async function understood(directory: string, text: string): Promise<EffectiveConfig> {
  const key = await createSshKey(directory, 'host');
  await writeFile(`${directory}/sshd_config`, `HostKey ${key.path}\n${text}`);
  const runner = createRunner({ logger: silentLogger });
  const dump = await runner.run({
    program: '/usr/sbin/sshd',
    args: ['-f', `${directory}/sshd_config`, '-T', '-C', 'user=root,host=localhost,addr=127.0.0.1'],
    keptBytes: 1024 * 1024,
  });
  return parseEffectiveConfig(dump.stdout);
}

describe('the effective configuration', () => {
  it.each([
    [['0.0.0.0:22', '[::]:22'], { host: '127.0.0.1', port: 22 }],
    [['[::]:2022'], { host: '::1', port: 2022 }],
    [['10.1.2.3:23'], { host: '10.1.2.3', port: 23 }],
  ])('tells where the door is reached: %j', (addresses, expected) => {
    const output = addresses.map((address) => `listenaddress ${address}\n`).join('');
    expect(reachableAt(parseEffectiveConfig(`port 22\n${output}`))).toEqual(expected);
  });

  it('knows `none`', () => {
    const config = parseEffectiveConfig('pidfile none\nchrootdirectory none\nauthorizedkeysfile .ssh/a .ssh/b\n');
    expect(config).toMatchObject({
      pidFile: undefined,
      chrootDirectory: undefined,
      authorizedKeysFiles: ['.ssh/a', '.ssh/b'],
    });
  });
});
