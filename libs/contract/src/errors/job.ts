// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ErrorRow } from './row.ts';

/** How a job or a program ends by its configuration, its user, the build or a signal. */
export const JOB_ERRORS = {
  Defect: {
    exit: 1,
    retryable: false,
    meaning: 'A programming error of this software',
    advice: 'report it with the log; the image root on the volume is intact',
  },
  ConfigurationInvalid: {
    exit: 2,
    retryable: false,
    meaning: 'A variable, flag or mounted file is missing or malformed',
    advice: 'mend the values that are named and start the job again; nothing was changed',
  },
  MarkedFailed: {
    exit: 10,
    retryable: false,
    meaning: 'The user marked the customization as failed',
    advice: 'start a new job when the cause is mended',
  },
  BuildFailed: {
    exit: 11,
    retryable: false,
    meaning: 'The image build failed before the pair began',
    advice: 'read kiwi.log on the volume, mend the recipe and build again',
  },
  ScriptFailed: {
    exit: 12,
    retryable: false,
    meaning: 'The customization script failed',
    advice: 'mend the script; its output is in the log of the sshd container',
  },
  Interrupted: {
    exit: 143,
    retryable: true,
    meaning: 'A signal ended the program',
    advice: 'resume the job as long as its volume is there, which holds all that was done',
  },
} as const satisfies Record<string, ErrorRow>;
