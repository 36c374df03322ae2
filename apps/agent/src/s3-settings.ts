// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { S3Settings } from '@ims/artifacts';
import type { Logger } from '@ims/runtime';

import type { AgentConfig } from './config.ts';
import { transferPolicyOf } from './retry-policy.ts';
import type { S3Access } from './s3-access.ts';
import { readStoreTrust } from './store-trust.ts';

type TransferValues = Pick<AgentConfig['values'], 'CA_CERT' | 'IMS_STALL_TIMEOUT' | 'IMS_RETRY_TIMEOUT'>;

/**
 * How S3 is reached, its certificates read. That they are not checked is said, with the variable that says so (H33).
 *
 * @throws Failure ConfigurationInvalid for a file of certificates that cannot be read
 */
export async function s3SettingsOf(access: S3Access, values: TransferValues, logger: Logger): Promise<S3Settings> {
  const { endpoint, credentials, tls } = access;
  const { unverifiedBy } = tls;
  if (unverifiedBy !== undefined) {
    logger.warn({ variable: unverifiedBy }, `${unverifiedBy} switches the check of the S3 server's certificate off`);
  }
  return {
    endpoint,
    credentials,
    trust: await readStoreTrust(tls, values),
    stallMs: values.IMS_STALL_TIMEOUT * 1000,
    retry: transferPolicyOf(values),
  };
}
