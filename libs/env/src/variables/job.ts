// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { blockSize, compression } from '../packing.ts';
import {
  absolutePath,
  anyCaseOf,
  integer,
  line,
  md5,
  notOffered,
  onOrOff,
  oneOf,
  pathBelow,
  uuid,
  verbatim,
} from '../parsers.ts';
import { defaulted, optional, required, type Variable } from './row.ts';

/** Python's words for the levels of its log, and what stands for them (reference §2). */
export const logLevel = anyCaseOf(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'], {
  NOTSET: 'DEBUG',
  TRACE: 'DEBUG',
  WARN: 'WARNING',
  FATAL: 'CRITICAL',
});

/** Other names of the architectures. */
const architecture = anyCaseOf(['x86_64', 'aarch64'], { AMD64: 'x86_64', ARM64: 'aarch64' });

/** What the job is, and the volume and image it works on. */
export const JOB_VARIABLES = {
  IMS_ACTION: required('contract', oneOf('create', 'customize'), 'What the job does with the image root'),
  IMS_JOB_ID: required('contract', uuid, 'The id of the IMS job'),
  IMAGE_ROOT_PARENT: defaulted('contract', absolutePath, {
    fallback: '/mnt/image',
    meaning: 'The shared volume; the first argument of a program wins over it',
  }),
  ENABLE_DEBUG: defaulted('contract', onOrOff, {
    fallback: 'false',
    meaning: 'Whether a failed build opens a shell instead of ending the job',
  }),
  JOB_ENABLE_DKMS: defaulted('contract', onOrOff, {
    fallback: 'false',
    meaning: 'Whether proc, sysfs and devtmpfs are mounted into the image root while the shell is open',
  }),
  BUILD_ARCH: defaulted('contract', architecture, {
    fallback: 'x86_64',
    meaning: 'The architecture of the image',
  }),
  REMOTE_BUILD_NODE: optional(
    'contract',
    notOffered("this version builds on the pod's own node"),
    'The node on which a remote job is built',
  ),
  IMAGE_ROOT_ARCHIVE_NAME: required('contract', verbatim(line(1024)), 'The name of the image that is made'),
  KERNEL_FILENAME: optional('contract', pathBelow, 'The kernel in `/boot`; `vmlinuz` when unset, `Image` on aarch64'),
  INITRD_FILENAME: defaulted('contract', pathBelow, { fallback: 'initrd', meaning: 'The initrd in `/boot`' }),
  KERNEL_PARAMETERS_FILENAME: optional(
    'contract',
    pathBelow,
    'The kernel parameters in `/boot`; none are published when unset or when the file is missing',
  ),
  LOG_LEVEL: defaulted('contract', logLevel, {
    fallback: 'INFO',
    meaning: 'The least severe log lines that are written',
  }),
  IMS_ON_INVALID: defaulted('own', oneOf('auto', 'shell', 'fail'), {
    fallback: 'auto',
    meaning:
      'What follows a `complete` that cannot be packaged: `shell` hands the shell back, `fail` ends the job, `auto` hands it back while somebody sits at a terminal',
  }),
  IMS_CHECK_KERNEL: defaulted('own', oneOf('refuse', 'warn', 'off'), {
    fallback: 'refuse',
    meaning:
      'What follows when kernel, modules and initrd of the image are proven not to fit each other: `refuse` rejects `complete`, `warn` only logs it, `off` does not look',
  }),
  IMS_SQUASHFS_COMPRESSION: defaulted('own', compression, {
    fallback: 'auto',
    meaning:
      "How the root is packed; `auto` is `zstd` when the image's own kernel can read it, else `gzip`; `zstd` is `zstd:9`",
  }),
  IMS_SQUASHFS_BLOCK_SIZE: defaulted('own', blockSize, {
    fallback: '128K',
    meaning: 'What is compressed as one, and so read as one by every node for each file that it needs',
  }),
  DOWNLOAD_MD5SUM: optional('contract', md5, 'The md5 of the image that is customised; not checked when unset'),
  IMS_RESUMED_LATER: defaulted('own', onOrOff, {
    fallback: 'false',
    meaning: 'Whether a later pod goes on with an interrupted job; IMS is then not told that it ended in error',
  }),
  IMS_BACKOFF_LIMIT: optional(
    'own',
    integer(0, 1_000_000),
    'How many failed pods Kubernetes replaces; with IMS_RESUMED_LATER and IMS_POD_UID, IMS is not told `error` for a passing failure while another pod follows',
  ),
  IMS_CA_DIR: defaulted('own', absolutePath, {
    fallback: '/etc/cray/ca',
    meaning: 'The certificates that are put into the image',
  }),
  IMS_RESOLV_CONF: defaulted('own', absolutePath, {
    fallback: '/etc/resolv.conf',
    meaning: 'The resolver configuration that the image root has while the shell is open',
  }),
  IMS_PEER_TIMEOUT: defaulted('own', integer(1, 86_400), {
    fallback: '600',
    meaning: 'Seconds to wait for the first sign of life of the other container',
  }),
  IMS_JOB_HOME: optional(
    'own',
    absolutePath,
    'Where `ims-job` keeps jobs, images and its cache; `~/.local/state/ims-job` when unset. sshd refuses one below a directory that others than root may change, such as `/tmp`',
  ),
  IMS_TERMINATION_LOG: defaulted('own', absolutePath, {
    fallback: '/dev/termination-log',
    meaning: 'Where the last words are written',
  }),
} as const satisfies Record<string, Variable<unknown>>;
