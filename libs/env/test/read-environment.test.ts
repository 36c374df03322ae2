// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readEnvironment, readWhatIsSound, VARIABLES, type VariableName } from '../src/index.ts';

const ALL = Object.keys(VARIABLES) as VariableName[];
const MINIMAL = {
  IMS_ACTION: 'customize',
  IMS_JOB_ID: '0A1B2C3D-0000-4000-8000-00000000ABCD',
  IMAGE_ROOT_ARCHIVE_NAME: 'cos-2.5',
};

function problemsOf(env: Record<string, string>): string {
  try {
    readEnvironment(ALL, env);
    return '';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.reason).toBe('ConfigurationInvalid');
    return error.message;
  }
}

describe('reading the environment', () => {
  it('takes the defaults of the contract for what is not set', () => {
    const { values } = readEnvironment(ALL, MINIMAL);
    expect(values.IMAGE_ROOT_PARENT).toBe('/mnt/image');
    expect(values.SSH_JAIL).toBe(false);
    expect(values.INITRD_FILENAME).toBe('initrd');
    expect(values.KERNEL_FILENAME).toBeUndefined();
    expect(values.IMS_JOB_ID).toBe('0a1b2c3d-0000-4000-8000-00000000abcd');
  });

  it('treats an empty variable as one that is not set', () => {
    expect(readEnvironment(ALL, { ...MINIMAL, INITRD_FILENAME: '' }).values.INITRD_FILENAME).toBe('initrd');
  });

  it('names every problem at once, with what was found and what is accepted', () => {
    const message = problemsOf({ IMS_ACTION: 'Customize', SSH_JAIL: 'maybe', IMS_SSH_PORT: '0' });
    expect(message).toContain('IMS_ACTION is "Customize" (accepted: `create`, `customize`)');
    expect(message).toContain('IMS_JOB_ID is not set');
    expect(message).toContain('SSH_JAIL is "maybe" (accepted: `True` or `False`');
    expect(message).toContain('IMS_SSH_PORT is "0"');
    expect(message).toContain('IMAGE_ROOT_ARCHIVE_NAME is not set');
  });

  it('refuses a remote job instead of building it somewhere else', () => {
    expect(problemsOf({ ...MINIMAL, REMOTE_BUILD_NODE: 'nid000001' })).toContain('REMOTE_BUILD_NODE');
  });

  it('warns of a name that is almost one of ours', () => {
    const { warnings } = readEnvironment(ALL, { ...MINIMAL, SSH_JIAL: 'True', PATH: '/bin' });
    expect(warnings).toEqual(['SSH_JIAL is not a variable of this program; did you mean SSH_JAIL?']);
  });

  it.each(['a/b', '-dash first', 'quotes " and \' here', 'naïve-名前', 'with spaces'])(
    'H11 the image name %j is taken as it is',
    (name) => {
      const { values } = readEnvironment(ALL, { ...MINIMAL, IMAGE_ROOT_ARCHIVE_NAME: name });
      expect(values.IMAGE_ROOT_ARCHIVE_NAME).toBe(name);
    },
  );

  it('H11 an image name with a line break is refused at start', () => {
    expect(problemsOf({ ...MINIMAL, IMAGE_ROOT_ARCHIVE_NAME: 'a\nb' })).toContain('IMAGE_ROOT_ARCHIVE_NAME');
  });

  it.each(['vmlinuz/..', '..', '../x', 'a/', 'a/.', '/', 'x\n', 'x\0', `a/${'b'.repeat(256)}`])(
    'refuses the file name %j',
    (name) => {
      expect(problemsOf({ ...MINIMAL, KERNEL_FILENAME: name })).toContain('KERNEL_FILENAME');
    },
  );

  it.each([
    ['KERNEL_FILENAME', 'grub/vmlinuz', 'grub/vmlinuz'],
    ['INITRD_FILENAME', '/sub//./initrd', 'sub/initrd'],
    ['KERNEL_PARAMETERS_FILENAME', 'a b', 'a b'],
    ['LOG_LEVEL', 'info', 'INFO'],
    ['LOG_LEVEL', 'Warn', 'WARNING'],
    ['LOG_LEVEL', ' fatal\n', 'CRITICAL'],
    ['BUILD_ARCH', 'arm64', 'aarch64'],
    ['S3_ENDPOINT', 'rgw:8080', 'https://rgw:8080'],
    ['S3_ENDPOINT', 'http://rgw:8080/', 'http://rgw:8080'],
    ['IMS_URL', 'api-gw/apis/ims', 'https://api-gw/apis/ims'],
    ['S3_SECRET_KEY', 'secret\n', 'secret'],
    ['IMS_PEER_TIMEOUT', ' 5 ', 5],
    ['S3_BUCKET', ' ', undefined],
  ] as const)('takes %s=%j for %j', (name, text, value) => {
    const env: Record<string, string> = { ...MINIMAL };
    env[name] = text;
    const values: Readonly<Record<string, unknown>> = readEnvironment(ALL, env).values;
    expect(values[name]).toBe(value);
  });

  it.each(['None', 'true'])('S3_SSL_VALIDATE=%s checks the certificate as without it', (text) => {
    const { values } = readEnvironment(ALL, { ...MINIMAL, S3_SSL_VALIDATE: text });
    expect(values.S3_SSL_VALIDATE).toEqual({ verify: true, caFile: undefined });
  });

  it.each(['True', 'true', 'YES', 'on', '1', 't', 'y'])('%s switches on, whatever can be switched', (word) => {
    const { values } = readEnvironment(ALL, { ...MINIMAL, SSH_JAIL: word, ENABLE_DEBUG: word, JOB_ENABLE_DKMS: word });
    expect([values.SSH_JAIL, values.ENABLE_DEBUG, values.JOB_ENABLE_DKMS]).toEqual([true, true, true]);
  });

  it.each(['False', 'false', 'No', 'OFF', '0', 'None', ''])('%j switches off', (word) => {
    const { values } = readEnvironment(ALL, { ...MINIMAL, SSH_JAIL: word, ENABLE_DEBUG: word });
    expect([values.SSH_JAIL, values.ENABLE_DEBUG]).toEqual([false, false]);
  });

  it('says of a jail that other programs may not see it', () => {
    expect(readEnvironment(ALL, { ...MINIMAL, SSH_JAIL: 'True' }).warnings).toEqual([]);
    const { warnings } = readEnvironment(ALL, { ...MINIMAL, SSH_JAIL: 'true' });
    expect(warnings).toEqual(['SSH_JAIL is "true": it is understood, but other programs may take it for `False`']);
  });

  it('shows the beginning of a long value', () => {
    const message = problemsOf({ ...MINIMAL, IMAGE_ROOT_PARENT: `/${'x'.repeat(65_536)}` });
    expect(message).toMatch(/^IMAGE_ROOT_PARENT is "\/x+… \(65539 characters\)/);
    expect(message.length).toBeLessThan(300);
  });

  it('reads what is sound of what is not, for who has to say so elsewhere', () => {
    const env = { IMS_JOB_ID: 'none', IMS_ACTION: 'customize', IMS_SSH_PORT: 'ssh', IMAGE_ROOT_PARENT: '/vol' };
    const { values, malformed } = readWhatIsSound(['IMS_JOB_ID', 'IMS_ACTION', 'IMS_SSH_PORT', 'S3_BUCKET'], env);
    expect(values).toEqual({ IMS_JOB_ID: undefined, IMS_ACTION: 'customize', IMS_SSH_PORT: 22, S3_BUCKET: undefined });
    expect([...malformed]).toEqual(['IMS_JOB_ID', 'IMS_SSH_PORT']);
  });

  it('H30 no control character passes any parser', () => {
    const texts = fc.tuple(fc.string(), fc.constantFrom('\n', '\r', '\0', '\u001b', '\u007f'), fc.string());
    fc.assert(
      fc.property(fc.constantFrom(...ALL), texts, (name, text) => {
        expect(VARIABLES[name].parser.parse(text.join('')).ok).toBe(false);
      }),
    );
  });

  it('either gives a value for every text or says what it found', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ALL), fc.string({ unit: 'binary' }), (name, text) => {
        const parsed = VARIABLES[name].parser.parse(text);
        expect(parsed.ok || parsed.found === JSON.stringify(text)).toBe(true);
      }),
    );
  });
});
