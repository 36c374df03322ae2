// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createLogger, createRedactor, REDACTED } from '../src/index.ts';

const SECRET = 'hunter2-"quoted"\\and\nbroken';

/** What a logger writes for one call. */
const written = (
  log: (logger: ReturnType<typeof createLogger>) => void,
  secrets: readonly string[] = [SECRET],
): string => {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  log(createLogger({ name: 'test', level: 'DEBUG', destination, secrets }));
  return lines.join('');
};

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

describe('H34 secrets', () => {
  it('are not written wherever they stand in a line', () => {
    const wrap = fc.constantFrom<(value: unknown) => unknown>(
      (value) => ({ deep: { list: [1, value] } }),
      (value) => new Error(`it failed with ${String(value)}`),
      (value) => new Error('outer', { cause: new Error(String(value)) }),
      (value) => new AggregateError([new Error(String(value))], 'many'),
      (value) => new Map([['entry', value]]),
      (value) => new Set([value]),
      (value) => ({ [`key ${String(value)}`]: 1 }),
      (value) => `https://host/path?q=${encodeURIComponent(String(value))}`,
      (value) => `before ${String(value)} after`,
    );
    fc.assert(
      fc.property(fc.array(wrap, { minLength: 1, maxLength: 3 }), (wraps) => {
        const value = wraps.reduce<unknown>((inner, outer) => outer(inner), SECRET);
        const line = written((logger) => {
          logger.child({ bound: value }).info({ value, err: value }, `said ${SECRET}`);
        });
        expect(line).not.toContain(escaped(SECRET));
        expect(line).not.toContain(escaped(encodeURIComponent(SECRET)));
        expect(() => JSON.parse(line) as unknown).not.toThrow();
      }),
    );
  });

  it('are hidden by the name of their field', () => {
    const names = [
      'Authorization',
      'clientSecret',
      'S3_SECRET_KEY',
      'access_token',
      'password',
      'privateKey',
      'Cookie',
    ];
    for (const name of names) {
      const line = written((logger) => {
        logger.info({ request: { [name]: 'abcdefgh', kept: 'yes' } }, 'sent');
      });
      expect(JSON.parse(line)).toMatchObject({ request: { [name]: REDACTED, kept: 'yes' } });
    }
  });

  it.each([
    [
      'a presigned URL',
      'https://s3/b/k?X-Amz-Credential=AKIA/1/us&X-Amz-Signature=deadbeef&X-Amz-Expires=60',
      ['AKIA', 'deadbeef'],
    ],
    ['a bearer token', 'Authorization: Bearer eyJhbGciOi.J9.abc-_', ['eyJhbGciOi']],
    ['a password in an address', 'https://admin:pa55word@host/x', ['pa55word']],
    [
      'a private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r\n-----END OPENSSH PRIVATE KEY-----',
      ['b3BlbnNzaC1r'],
    ],
    ['half of a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIB', ['MIIEpAIB']],
    ['a variable', 'curl failed: S3_SECRET_KEY=abc123 --retry', ['abc123']],
  ])('are known by their shape: %s', (_what, text, secrets) => {
    const line = written((logger) => {
      logger.error({ err: new Error(text), text }, text);
    }, []);
    for (const secret of secrets) expect(line).not.toContain(secret);
    expect(line).toContain(REDACTED);
  });

  it('leave the rest of a text readable', () => {
    const redactor = createRedactor(['s3cr3t']);
    const text = (shown: string): string => redactor.text(shown);
    expect(text('GET https://s3/b/k?X-Amz-Signature=dead&x=1 gave 403, key s3cr3t')).toBe(
      `GET https://s3/b/k?X-Amz-Signature=${REDACTED}&x=1 gave 403, key ${REDACTED}`,
    );
    const harmless = 'touch /tmp/complete when done: ssh -p 2222 root@host; SHA256:abc ssh-ed25519 AAAA';
    expect(text(harmless)).toBe(harmless);
  });

  it('that are no secrets for their shortness garble nothing', () => {
    expect(createRedactor(['', 'a', ' ']).text('banana')).toBe('banana');
  });

  it('that hold one another are hidden as a whole', () => {
    expect(createRedactor(['abcd', 'abcdefgh']).text('<abcdefgh> <abcd>')).toBe(`<${REDACTED}> <${REDACTED}>`);
  });
});
