// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ErrorRow } from './row.ts';

/** What goes wrong with IMS, tokens and image records. */
export const IMS_ERRORS = {
  RegistrationFailed: {
    exit: 50,
    retryable: true,
    meaning: 'The image record could not be written',
    advice: 'mend the image registry, then resume the job; the artifacts are stored',
  },
  ImsUnavailable: {
    exit: 51,
    retryable: true,
    meaning: 'IMS does not answer, or answers that it cannot do it for now',
    advice: 'look at the IMS service, then resume the job; what it has to be told is kept on the volume',
  },
  ImsRefused: {
    exit: 52,
    retryable: false,
    meaning: 'IMS refuses a call for good',
    advice: 'read what IMS said; mend the job or the image record, then resume the job',
  },
  TokenUnavailable: {
    exit: 53,
    retryable: true,
    meaning: 'The token server does not answer, or answers that it cannot do it for now',
    advice: 'look at the token server that is named, then resume the job',
  },
  TokenRefused: {
    exit: 54,
    retryable: false,
    meaning: 'The token server does not accept the client id and secret',
    advice: 'put the right client-id and client-secret into the OAuth configuration, then resume the job',
  },
} as const satisfies Record<string, ErrorRow>;
