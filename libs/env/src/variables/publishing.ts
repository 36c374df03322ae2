// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { absolutePath, bucketName, integer, line, oneOf, tlsChoice, webAddress } from '../parsers.ts';
import { defaulted, optional, secret, type Variable } from './row.ts';

/** Where images are published and registered, and by which rights. */
export const PUBLISHING_VARIABLES = {
  IMS_URL: defaulted('contract', webAddress, {
    fallback: 'https://api-gw-service-nmn.local/apis/ims',
    meaning: 'The address of IMS, without the version of its interface',
  }),
  CA_CERT: optional(
    'contract',
    absolutePath,
    "A file of certificates that servers are trusted by besides the system's own",
  ),
  OAUTH_CONFIG_DIR: defaulted('contract', absolutePath, {
    fallback: '/etc/admin-client-auth',
    meaning: 'The directory with the files `endpoint`, `client-id` and `client-secret`',
  }),
  OAUTH_CLIENT_ENDPOINT: optional('contract', webAddress, 'The address of the token server; wins over the file'),
  OAUTH_CLIENT_ID: optional('contract', line(1024), 'The client id; wins over the file'),
  OAUTH_CLIENT_SECRET: secret('contract', line(4096), 'The client secret; wins over the file'),
  OAUTHLIB_INSECURE_TRANSPORT: optional(
    'contract',
    line(16),
    'When set, IMS and the token server may be reached without TLS',
  ),
  S3_BUCKET: optional('contract', bucketName, 'The bucket of the artifact repository'),
  S3_ACCESS_KEY: secret('contract', line(1024), 'The access key of the artifact repository'),
  S3_SECRET_KEY: secret('contract', line(1024), 'The secret key of the artifact repository'),
  S3_ENDPOINT: optional('contract', webAddress, 'The address of the artifact repository; `S3_HOST` when unset'),
  S3_HOST: optional('contract', line(1024), 'The address of the artifact repository, for sites that give no endpoint'),
  S3_SSL_VALIDATE: optional(
    'contract',
    tlsChoice,
    'How the certificate of the artifact repository is checked: `false` not at all, a path by that file of certificates',
  ),
  S3_SSL_VERIFY: optional(
    'contract',
    tlsChoice,
    'The same as `S3_SSL_VALIDATE`, under its other name; what both say adds up, and `false` in one of them wins',
  ),
  IMS_STORE: optional(
    'own',
    line(4096),
    'Where artifacts are published: a directory or `s3://BUCKET`; `s3://S3_BUCKET` when that is set, else `published` on the volume',
  ),
  IMS_STORE_COPY: optional('own', absolutePath, 'A directory that holds a copy of all that is published in S3'),
  IMS_REGISTRY: defaulted('own', oneOf('auto', 'ims', 'store', 'none'), {
    fallback: 'auto',
    meaning:
      "Where image records are kept: `ims`, `store` in the store's own directory, `none`; `auto` is `ims` for S3 and `store` for a directory",
  }),
  IMS_CALL_TIMEOUT: defaulted('own', integer(1, 3600), {
    fallback: '60',
    meaning: 'Seconds that one call of IMS or the token server may take',
  }),
  IMS_OUTBOX_TIMEOUT: defaulted('own', integer(1, 604_800), {
    fallback: '7200',
    meaning: 'Seconds that publishing and the end of the job together wait for IMS when it is away',
  }),
  IMS_STALL_TIMEOUT: defaulted('own', integer(1, 3600), {
    fallback: '60',
    meaning: 'Seconds without a byte after which a transfer counts as stalled',
  }),
  IMS_RETRY_TIMEOUT: defaulted('own', integer(1, 86_400), {
    fallback: '1800',
    meaning: 'Seconds during which one step of a transfer is tried again when it fails for a passing reason',
  }),
  IMS_EXIT_CODES: defaulted('own', oneOf('own', 'drop-in'), {
    fallback: 'own',
    meaning:
      'How exit codes tell the end: `own` as the table of errors, `drop-in` as the containers of today, where a job that its user marked as failed exits with 0. The scripts in `/scripts` and `/entrypoint.sh` choose `drop-in`',
  }),
} as const satisfies Record<string, Variable<unknown>>;
