// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import {
  absolutePath,
  anyCaseBoolean,
  bucketName,
  fileName,
  httpUrl,
  integer,
  ipAddress,
  line,
  md5,
  notOffered,
  oneOf,
  pythonBoolean,
  tlsChoice,
  uuid,
  type Parser,
} from './parsers.ts';

/** One row of {@link VARIABLES}. */
export interface Variable<T> {
  readonly parser: Parser<T & {}>;
  /** Whether the containers of today know it too. */
  readonly origin: 'contract' | 'own';
  /** What an unset or empty variable means: an error, no value, or the value of `fallback`. */
  readonly whenUnset: 'error' | 'none' | { readonly fallback: string };
  readonly meaning: string;
  /** Never printed, and replaced wherever its value turns up in a log. */
  readonly secret: boolean;
}

type Origin = Variable<unknown>['origin'];

function required<T>(origin: Origin, parser: Parser<T & {}>, meaning: string): Variable<T> {
  return { parser, origin, whenUnset: 'error', meaning, secret: false };
}

function optional<T>(origin: Origin, parser: Parser<T & {}>, meaning: string): Variable<T | undefined> {
  return { parser, origin, whenUnset: 'none', meaning, secret: false };
}

function defaulted<T>(
  origin: Origin,
  parser: Parser<T & {}>,
  row: { readonly fallback: string; readonly meaning: string },
): Variable<T> {
  return { parser, origin, whenUnset: { fallback: row.fallback }, meaning: row.meaning, secret: false };
}

function secret<T>(origin: Origin, parser: Parser<T & {}>, meaning: string): Variable<T | undefined> {
  return { ...optional(origin, parser, meaning), secret: true };
}

/** Every variable that a program of the pair reads; the programs' `config.ts` pick their rows by name. */
export const VARIABLES = {
  IMS_ACTION: required('contract', oneOf('create', 'customize'), 'What the job does with the image root'),
  IMS_JOB_ID: required('contract', uuid, 'The id of the IMS job'),
  IMAGE_ROOT_PARENT: defaulted('contract', absolutePath, {
    fallback: '/mnt/image',
    meaning: 'The shared volume; the first argument of a program wins over it',
  }),
  ENABLE_DEBUG: defaulted('contract', anyCaseBoolean, {
    fallback: 'false',
    meaning: 'Whether a failed build opens a shell instead of ending the job',
  }),
  SSH_JAIL: defaulted('contract', pythonBoolean, {
    fallback: 'False',
    meaning: 'Whether users are confined to the image root',
  }),
  JOB_ENABLE_DKMS: defaulted('contract', anyCaseBoolean, {
    fallback: 'false',
    meaning: 'Whether proc, sysfs and devtmpfs are mounted into the image root while the shell is open',
  }),
  BUILD_ARCH: defaulted('contract', oneOf('x86_64', 'aarch64'), {
    fallback: 'x86_64',
    meaning: 'The architecture of the image',
  }),
  REMOTE_BUILD_NODE: optional(
    'contract',
    notOffered("this version builds on the pod's own node"),
    'The node on which a remote job is built',
  ),
  SSHD_OPTIONS: optional(
    'contract',
    line(4096),
    'Words that are given to sshd as they stand; `-D` is refused, since sshd has to go to the background',
  ),
  SSHD_CONFIG_FILE: optional(
    'contract',
    absolutePath,
    'The configuration file of sshd; taken from the `-f` of `SSHD_OPTIONS` when unset',
  ),
  CUSTOMIZATION_SCRIPT: optional(
    'contract',
    absolutePath,
    'A program of the site that is run when the shell is open; a missing file is said and skipped',
  ),
  IMAGE_ROOT_ARCHIVE_NAME: required('contract', line(1024), 'The name of the image that is made'),
  KERNEL_FILENAME: optional('contract', fileName, 'The kernel in `/boot`; `vmlinuz` when unset, `Image` on aarch64'),
  INITRD_FILENAME: defaulted('contract', fileName, { fallback: 'initrd', meaning: 'The initrd in `/boot`' }),
  KERNEL_PARAMETERS_FILENAME: optional(
    'contract',
    fileName,
    'The kernel parameters in `/boot`; none are published when unset or when the file is missing',
  ),
  LOG_LEVEL: defaulted('contract', oneOf('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'), {
    fallback: 'INFO',
    meaning: 'The least severe log lines that are written',
  }),
  IMS_ON_INVALID: defaulted('own', oneOf('auto', 'shell', 'fail'), {
    fallback: 'auto',
    meaning:
      'What follows a `complete` that cannot be packaged: `shell` hands the shell back, `fail` ends the job, `auto` hands it back while somebody sits at a terminal',
  }),
  IMS_SQUASHFS_COMPRESSION: defaulted('own', oneOf('auto', 'zstd', 'gzip', 'xz', 'lz4'), {
    fallback: 'auto',
    meaning: "How the root is packed; `auto` is zstd when the image's own kernel can read it, else gzip",
  }),
  IMS_URL: defaulted('contract', httpUrl, {
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
  OAUTH_CLIENT_ENDPOINT: optional('contract', httpUrl, 'The address of the token server; wins over the file'),
  OAUTH_CLIENT_ID: optional('contract', line(1024), 'The client id; wins over the file'),
  OAUTH_CLIENT_SECRET: secret('contract', line(4096), 'The client secret; wins over the file'),
  OAUTHLIB_INSECURE_TRANSPORT: optional(
    'contract',
    line(16),
    'When set, IMS and the token server may be reached without TLS',
  ),
  DOWNLOAD_MD5SUM: optional('contract', md5, 'The md5 of the image that is customised; not checked when unset'),
  S3_BUCKET: optional('contract', bucketName, 'The bucket of the artifact repository'),
  S3_ACCESS_KEY: secret('contract', line(1024), 'The access key of the artifact repository'),
  S3_SECRET_KEY: secret('contract', line(1024), 'The secret key of the artifact repository'),
  S3_ENDPOINT: optional('contract', httpUrl, 'The address of the artifact repository; `S3_HOST` when unset'),
  S3_HOST: optional('contract', line(1024), 'The address of the artifact repository, for sites that give no endpoint'),
  S3_SSL_VALIDATE: optional(
    'contract',
    tlsChoice,
    'How the certificate of the artifact repository is checked: `false` not at all, a path by that file of certificates',
  ),
  S3_SSL_VERIFY: optional('contract', tlsChoice, 'The same as `S3_SSL_VALIDATE`, under its other name'),
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
    meaning: 'Seconds that publishing and the end of the job wait for IMS when it is away',
  }),
  IMS_STALL_TIMEOUT: defaulted('own', integer(1, 3600), {
    fallback: '60',
    meaning: 'Seconds without a byte after which a transfer counts as stalled',
  }),
  IMS_RETRY_TIMEOUT: defaulted('own', integer(1, 86_400), {
    fallback: '1800',
    meaning: 'Seconds during which one step of a transfer is tried again when it fails for a passing reason',
  }),
  IMS_RESUMED_LATER: defaulted('own', anyCaseBoolean, {
    fallback: 'false',
    meaning: 'Whether a later pod goes on with an interrupted job; IMS is then not told that it ended in error',
  }),
  IMS_CONFIG_DIR: defaulted('own', absolutePath, {
    fallback: '/etc/cray/ims',
    meaning: "The directory both containers share for sshd's configuration, keys and log",
  }),
  IMS_AUTHORIZED_KEYS: defaulted('own', absolutePath, {
    fallback: '/etc/cray/authorized_keys',
    meaning: 'The public keys that may log in',
  }),
  IMS_CA_DIR: defaulted('own', absolutePath, {
    fallback: '/etc/cray/ca',
    meaning: 'The certificates that are put into the image',
  }),
  IMS_RESOLV_CONF: defaulted('own', absolutePath, {
    fallback: '/etc/resolv.conf',
    meaning: 'The resolver configuration that the image root has while the shell is open',
  }),
  IMS_SSH_PORT: defaulted('own', integer(1, 65535), { fallback: '22', meaning: 'The port of the shell' }),
  IMS_SSH_LISTEN: optional('own', ipAddress, 'The address the shell listens on; all when unset'),
  IMS_HOST_KEY_DIR: optional(
    'own',
    absolutePath,
    'Where host keys are kept; `/etc/ssh` when unset. Give both containers the same value',
  ),
  IMS_PEER_TIMEOUT: defaulted('own', integer(1, 86_400), {
    fallback: '600',
    meaning: 'Seconds to wait for the first sign of life of the other container',
  }),
  IMS_JOB_HOME: optional(
    'own',
    absolutePath,
    'Where `ims-job` keeps jobs, images and its cache; `~/.local/state/ims-job` when unset. sshd refuses one below a directory that others than root may change, such as `/tmp`',
  ),
  KUBERNETES_SERVICE_HOST: optional(
    'own',
    line(1024),
    'The address of the API server; Kubernetes sets it in every pod. Without one the job is not told to any cluster',
  ),
  KUBERNETES_SERVICE_PORT: defaulted('own', integer(1, 65535), {
    fallback: '443',
    meaning: 'The port of the API server; Kubernetes sets it in every pod',
  }),
  IMS_SERVICE_ACCOUNT_DIR: defaulted('own', absolutePath, {
    fallback: '/var/run/secrets/kubernetes.io/serviceaccount',
    meaning: 'The directory with the files `token`, `ca.crt` and `namespace` by which the API server is spoken to',
  }),
  IMS_POD_NAME: optional(
    'own',
    line(253),
    "The name of the pod (`metadata.name` of the downward API); else as the token has it, else the pod's host name",
  ),
  IMS_POD_NAMESPACE: optional(
    'own',
    line(63),
    'The namespace of the pod (`metadata.namespace`); else as the token or the file beside it has it',
  ),
  IMS_POD_UID: optional(
    'own',
    line(128),
    'The uid of the pod (`metadata.uid`); else as the token has it, else the API server is asked',
  ),
  IMS_TERMINATION_LOG: defaulted('own', absolutePath, {
    fallback: '/dev/termination-log',
    meaning: 'Where the last words are written',
  }),
} as const satisfies Record<string, Variable<unknown>>;

/** The name of a variable of the pair. */
export type VariableName = keyof typeof VARIABLES;

/** The value of a variable; includes `undefined` for one that has no value when unset. */
export type ValueOf<N extends VariableName> = (typeof VARIABLES)[N] extends Variable<infer T> ? T : never;
