// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { presign } from '../src/presign.ts';
import { inTurn } from '../src/timing.ts';

describe('a presigned address', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  it('is that of the example in the documentation of S3', () => {
    const address = presign({
      method: 'GET',
      url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
      region: 'us-east-1',
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      at: new Date('2013-05-24T00:00:00Z'),
      seconds: 86400,
    });
    expect(address.searchParams.get('X-Amz-Signature')).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
});

describe('steps that take turns', () => {
  it('are all done in each round, and each is the first once', async () => {
    const done: string[] = [];
    const steps = ['a', 'b', 'c'].map((name) => () => Promise.resolve(done.push(name)));
    for (const round of [0, 1, 2, 3]) await inTurn(round, steps);
    expect(done.join('')).toBe('abcbcacababc');
  });
});
