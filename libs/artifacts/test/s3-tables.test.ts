// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import fc from 'fast-check';

import { failureOf, isAbsent, isDenied, isPassing, type S3Failure } from '../src/s3/failure.ts';
import { differenceOf } from '../src/s3/held.ts';
import { encodeHeaderText } from '../src/s3/metadata.ts';
import { PART_BYTES, partBytesFor, partsOf } from '../src/s3/part-plan.ts';
import { decodeUpload, encodeUpload } from '../src/s3/checkpoint.ts';

const what = { role: 'store', target: 's3://images at rgw', stallMs: 1000 } as const;

/** As a foreign client reads it: the encoded words of RFC 2047. */
const decode = (text: string): string =>
  text.startsWith('=?')
    ? text
        .split(' ')
        .map((word) => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '', 'base64').toString())
        .join('')
    : text;

describe('the text of a header', () => {
  it.each(['cos-2.5.12', 'with one space', 'a/b', '-rf'])('H11 leaves %j as it is', (text) => {
    expect(encodeHeaderText(text)).toBe(text);
  });

  it.each(['größe', ' ends ', 'two  spaces', '=?UTF-8?B?eA==?=', 'new\nline', '日本語'.repeat(40)])(
    'H11 encodes %j so that mail libraries read it',
    (text) => {
      expect(decode(encodeHeaderText(text))).toBe(text);
    },
  );

  it('H11 is ASCII that no server changes, fits, and can be read again, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const header = encodeHeaderText(text);
        expect(header).toMatch(/^$|^[!-~]+( [!-~]+)*$/);
        expect(header.length).toBeLessThanOrEqual(1500);
        for (const word of header.startsWith('=?') ? header.split(' ') : [])
          expect(word.length).toBeLessThanOrEqual(75);
        const read = decode(header);
        if (read.endsWith('…') && read !== text) expect(text.toWellFormed().startsWith(read.slice(0, -1))).toBe(true);
        else expect(read).toBe(text.toWellFormed());
      }),
    );
  });
});

describe('the parts of an object', () => {
  it.each([
    [0, PART_BYTES],
    [PART_BYTES, PART_BYTES],
    [10 * 1024 ** 3, PART_BYTES],
    [100 * 1024 ** 3, 11 * 1024 ** 2],
    [5 * 1024 ** 4, 525 * 1024 ** 2],
  ])('of %i bytes have %i', (size, bytes) => {
    expect(partBytesFor(size)).toBe(bytes);
  });

  it('are 10,000 at most and cover it without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 * 1024 ** 4 }), (size) => {
        const parts = partsOf(size, partBytesFor(size));
        expect(parts.length).toBeLessThanOrEqual(10_000);
        let at = 0;
        for (const { start, end } of parts) {
          if (start !== at || end <= start) throw new Error(`a gap at ${String(at)}`);
          at = end;
        }
        expect(at).toBe(size);
      }),
      { numRuns: 50 },
    );
  });

  it('an object above 5 TiB is refused before anything is read', () => {
    expect(() => partBytesFor(5 * 1024 ** 4 + 1)).toThrow(expect.objectContaining({ reason: 'StoreRefused' }));
  });
});

describe('an error of S3', () => {
  const answered = (status: number, name: string, headers = {}) =>
    failureOf(
      what,
      Object.assign(new Error('secret words'), {
        name,
        $metadata: { httpStatusCode: status },
        $response: { headers },
      }),
    );
  const said = (status: number, code: string, words: string) =>
    failureOf(
      { ...what, accessKeyId: 'AKIAKEY' },
      Object.assign(new Error(words), { name: code, Code: code, $metadata: { httpStatusCode: status } }),
    );
  const broken = (code: string) => failureOf(what, Object.assign(new Error('x'), { code }));

  it.each([
    [500, 'InternalError', { reason: 'StoreUnavailable', passing: true }],
    [503, 'SlowDown', { reason: 'StoreUnavailable', passing: true }],
    [502, 'Unknown', { reason: 'StoreUnavailable', passing: true }],
    [429, 'TooManyRequests', { reason: 'StoreUnavailable', passing: true }],
    [400, 'RequestTimeout', { reason: 'StoreUnavailable', passing: true }],
    [403, 'RequestTimeTooSkewed', { reason: 'StoreUnavailable', passing: true }],
    [200, 'SyntaxError', { reason: 'StoreUnavailable', passing: true }],
    [403, 'AccessDenied', { reason: 'StoreRefused', passing: false }],
    [403, 'SignatureDoesNotMatch', { reason: 'StoreRefused', passing: false }],
    [404, 'NoSuchBucket', { reason: 'StoreRefused', passing: false }],
    [400, 'KeyTooLongError', { reason: 'StoreRefused', passing: false }],
    [501, 'NotImplemented', { reason: 'StoreRefused', passing: false }],
    [301, 'PermanentRedirect', { reason: 'StoreRefused', passing: false }],
    [307, 'TemporaryRedirect', { reason: 'StoreUnavailable', passing: true }],
    [302, 'SyntaxError', { reason: 'StoreUnavailable', passing: true }],
    [303, 'Unknown', { reason: 'StoreUnavailable', passing: true }],
    [404, 'NotFound', { reason: 'StoreUnavailable', passing: true }],
    [404, 'SyntaxError', { reason: 'StoreUnavailable', passing: true }],
    [404, 'NoSuchKey', { reason: 'StoreRefused', passing: false }],
    [404, 'NoSuchUpload', { reason: 'StoreRefused', passing: false }],
    [403, 'QuotaExceeded', { reason: 'NoSpace', passing: false }],
    [507, 'XMinioStorageFull', { reason: 'NoSpace', passing: false }],
  ])('H12 %i %s is %o', (status, name, { reason, passing }) => {
    const failure = answered(status, name);
    expect(failure).toMatchObject({ reason });
    expect(isPassing(failure)).toBe(passing);
    expect((failure as S3Failure).message).not.toContain('secret words');
  });

  it.each([
    [500, 'InternalError', 'This multipart completion is already in progress', /, the service says: This multipart/],
    [400, 'InvalidRequest', 'two\r\nlines \u001b[31m', /, the service says: two lines \[31m$/],
    [403, 'AccessDenied', 'AKIAKEY may not', /, the service says: … may not$/],
    [400, 'InvalidArgument', `Signature=abc ${'0a'.repeat(32)}`, /, the service says: … …$/],
    [403, 'SignatureDoesNotMatch', 'AWS4-HMAC-SHA256 and so on', /the access key$/],
    [403, 'InvalidAccessKeyId', 'no key AKIAKEY', /does not know the access key$/],
    [500, 'InternalError', 'UnknownError', /: 500 InternalError$/],
  ])('H34 %i %s repeats the words of the service, without what is secret: %j', (...[status, code, words, message]) => {
    expect(said(status, code, words)).toMatchObject({ message: expect.stringMatching(message) as string });
  });

  it.each([
    [503, 'AccessDenied'],
    [500, 'NoSuchBucket'],
    [502, 'InvalidAccessKeyId'],
  ])('H12 %i %s is transient: a server that fails does not know', (status, name) => {
    expect(isPassing(answered(status, name))).toBe(true);
  });

  it.each([
    [403, '', true],
    [403, 'AccessDenied', true],
    [503, 'AccessDenied', false],
    [403, 'InvalidAccessKeyId', false],
    [404, '', false],
  ])('%i %j says that a right is missing: %s', (status, name, denied) => {
    expect(isDenied(answered(status, name === '' ? 'Unknown' : name))).toBe(denied);
  });

  it.each([
    ['ECONNREFUSED', 'StoreUnavailable', /nobody listens/],
    ['ENOTFOUND', 'StoreUnavailable', /its name cannot be resolved/],
    ['EAI_AGAIN', 'StoreUnavailable', /the name service does not answer/],
    ['EPROTO', 'StoreUnavailable', /TLS/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'StoreUnavailable', /TLS/],
    ['HPE_INVALID_CONSTANT', 'StoreUnavailable', /no HTTP/],
    ['CERT_HAS_EXPIRED', 'StoreRefused', /expired/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'StoreRefused', /another name/],
  ])('H12 a connection that ends with %s is %s', (code, reason, message) => {
    expect(broken(code)).toMatchObject({ reason, message: expect.stringMatching(message) as string });
  });

  it.each([
    ['NotFound', {}, false],
    ['NotFound', { bare404: 'absent' }, true],
    ['NoSuchKey', {}, true],
    ['NoSuchUpload', {}, true],
    ['NoSuchBucket', {}, false],
  ] as const)('404 %s, asked %o, says that there is no such object: %s', (name, how, absent) => {
    const error = Object.assign(new Error('x'), { name, $metadata: { httpStatusCode: 404 } });
    expect(isAbsent(failureOf({ ...what, ...how }, error))).toBe(absent);
  });

  it('is named as one of the source when it is read', () => {
    const failure = failureOf({ ...what, role: 'source' }, Object.assign(new Error('x'), { code: 'ECONNRESET' }));
    expect(failure).toMatchObject({ reason: 'SourceUnavailable' });
  });

  it('passes on what has nothing to do with the network', () => {
    const error = Object.assign(new Error('x'), { code: 'EIO' });
    expect(failureOf(what, error)).toBe(error);
    expect(failureOf(what, 'text')).toBe('text');
  });

  it('tells when to come again', () => {
    expect(answered(503, 'SlowDown', { 'retry-after': '2' })).toMatchObject({ retryAfterMs: 2000 });
  });
});

describe('what tells an object from another one', () => {
  const digest = { size: 9, md5: 'the-md5', sha256: 'ab' };
  const wanted = { digest, parts: { count: 1, sha256: 'cd' }, etag: async () => 'the-md5' };
  const held = { size: 9, etag: 'the-md5', metadata: { md5sum: 'the-md5', sha256sum: 'ab' }, sha256: undefined };

  it.each([
    ['the etag, where no sha256 is kept', {}, undefined],
    ['another etag', { etag: 'x' }, 'has the etag x instead of the-md5'],
    ['an etag that is none of the bytes', { etag: 'x', etagOf: 'secret' }, undefined],
    ['the sha256 that the service keeps', { etag: 'x', sha256: 'qw==' }, undefined],
    ['another sha256', { sha256: 'eA==' }, 'has the checksum eA=='],
    ['the metadata', { metadata: { md5sum: 'the-md5' } }, 'has nothing as its sha256sum instead of ab'],
    ['the size', { size: 8 }, 'has 8 bytes instead of 9'],
  ] as const)('H20 is %s', async (_what, changes, difference) => {
    expect(await differenceOf({ ...held, etagOf: 'bytes', ...changes }, wanted)).toBe(difference);
  });
});

describe('a checkpoint', () => {
  it('is read as it was written, and whatever else stands there counts as none', () => {
    const upload = { uploadId: 'u', partBytes: 8, sums: 'sha256', size: 9, md5: 'm', sha256: 's' } as const;
    expect(decodeUpload(encodeUpload(upload))).toEqual(upload);
    for (const broken of [{ sums: 'crc' }, { size: -1 }, { partBytes: 0 }, { md5: '' }, { uploadId: null }]) {
      expect(decodeUpload(JSON.stringify({ ...upload, ...broken }))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(decodeUpload(text)).toBeUndefined();
      }),
    );
  });
});
