// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ErrorRow } from './row.ts';

/** What is wrong with the image root, or with packing it. */
export const IMAGE_ERRORS = {
  ImageInvalid: {
    exit: 30,
    retryable: false,
    meaning: 'The image root lacks something that packaging needs',
    advice: 'put the files that are named into the image root and touch complete again',
  },
  PathEscapesRoot: {
    exit: 31,
    retryable: false,
    meaning: 'A path inside the image root leads out of it',
    advice: 'replace the link that is named by one that stays inside the image',
  },
  JailRefused: {
    exit: 32,
    retryable: false,
    meaning: 'sshd would refuse the image root as a jail',
    advice: 'run the command that is given, or run the job without the jail',
  },
  NoSpace: {
    exit: 33,
    retryable: true,
    meaning: 'Not enough free bytes or inodes',
    advice: 'free space on the file system that is named or give the job a larger volume, then resume it',
  },
  KernelMismatch: {
    exit: 35,
    retryable: false,
    meaning: 'Kernel, modules and initrd of the image are not of one version or processor',
    advice:
      'run the command that is given inside the image and touch complete again; IMS_CHECK_KERNEL=warn publishes it as it is',
  },
  PackingFailed: {
    exit: 34,
    retryable: true,
    meaning: 'mksquashfs failed',
    advice: 'read what it said; the image root is intact and the job can be resumed',
  },
} as const satisfies Record<string, ErrorRow>;
