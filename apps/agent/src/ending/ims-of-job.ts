// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { access } from 'node:fs/promises';

import type { Environment } from '@ims/env';

type Values = Environment<'IMS_REGISTRY' | 'OAUTH_CLIENT_ENDPOINT' | 'OAUTH_CONFIG_DIR'>['values'] &
  Partial<Environment<'IMS_STORE'>['values']>;

/** Whether a job has an IMS that is told of it: on a person's own machine nobody has given credentials. */
export async function hasIms(values: Values): Promise<boolean> {
  const { IMS_REGISTRY, IMS_STORE, OAUTH_CLIENT_ENDPOINT, OAUTH_CONFIG_DIR } = values;
  if (IMS_REGISTRY !== 'auto') return IMS_REGISTRY === 'ims';
  // Images that are stored in a directory have their records there.
  if (IMS_STORE?.startsWith('/') === true) return false;
  if (OAUTH_CLIENT_ENDPOINT !== undefined) return true;
  return await access(OAUTH_CONFIG_DIR).then(
    () => true,
    () => false,
  );
}
