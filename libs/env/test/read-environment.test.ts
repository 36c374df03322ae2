// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readEnvironment, VARIABLES, type VariableName } from '../src/index.ts';

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
    const message = problemsOf({ IMS_ACTION: 'Customize', SSH_JAIL: 'true', IMS_SSH_PORT: '0' });
    expect(message).toContain('IMS_ACTION is "Customize" (accepted: `create`, `customize`)');
    expect(message).toContain('IMS_JOB_ID is not set');
    expect(message).toContain('SSH_JAIL is "true" (accepted: `True`, `False`)');
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

  it.each(['vmlinuz/..', '..', 'a/b', 'x\n'])('refuses the file name %j', (name) => {
    expect(problemsOf({ ...MINIMAL, KERNEL_FILENAME: name })).toContain('KERNEL_FILENAME');
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
