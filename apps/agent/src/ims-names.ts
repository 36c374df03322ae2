// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Environment } from '@ims/env';

/** The variables by which IMS and its token server are reached. */
export const IMS_NAMES = [
  'IMS_JOB_ID',
  'BUILD_ARCH',
  'IMS_URL',
  'CA_CERT',
  'OAUTH_CONFIG_DIR',
  'OAUTH_CLIENT_ENDPOINT',
  'OAUTH_CLIENT_ID',
  'OAUTH_CLIENT_SECRET',
  'OAUTHLIB_INSECURE_TRANSPORT',
  'IMS_CALL_TIMEOUT',
  'IMS_OUTBOX_TIMEOUT',
  'IMS_RESUMED_LATER',
  'IMS_BACKOFF_LIMIT',
  'IMS_POD_UID',
] as const;

/** Their values. */
export type ImsValues = Environment<(typeof IMS_NAMES)[number]>['values'];
