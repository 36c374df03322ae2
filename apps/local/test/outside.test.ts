// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { outsideVariables } from '../src/pair/outside.ts';

const KEYS = { S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret', S3_ENDPOINT: 'http://127.0.0.1:7070' };
const STORE = 's3://boot-images';

describe('what the agent of ims-job gets of our own environment', () => {
  it('is nothing for a directory, whatever is set', () => {
    expect(outsideVariables('/srv/images', { ...KEYS, IMS_URL: 'https://ims' })).toEqual({});
  });

  it('is what S3 needs and no more, and no image record is written', () => {
    const env = { ...KEYS, HOME: '/root', IMS_JOB_ID: 'x', OAUTH_CLIENT_SECRET: 'unused', S3_HOST: '' };
    expect(outsideVariables(STORE, env)).toEqual({ ...KEYS, IMS_REGISTRY: 'none' });
  });

  it('is what IMS needs too when somebody says where IMS is', () => {
    const env = { ...KEYS, IMS_URL: 'https://ims', OAUTH_CLIENT_SECRET: 'used' };
    expect(outsideVariables(STORE, env)).toEqual({ ...env, IMS_REGISTRY: 'ims' });
  });
});
