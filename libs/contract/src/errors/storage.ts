// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ErrorRow } from './row.ts';

/** What goes wrong with stores, the journal and the image that is fetched. */
export const STORAGE_ERRORS = {
  StoreUnavailable: {
    exit: 40,
    retryable: true,
    meaning: 'The artifact store cannot be reached or written for now',
    advice: 'mend the store, then resume the job',
  },
  VerificationFailed: {
    exit: 41,
    retryable: true,
    meaning: 'What the store holds differs from what was sent',
    advice: 'check the store for disk or network faults, then resume the job',
  },
  StoreRefused: {
    exit: 43,
    retryable: false,
    meaning: 'The artifact store refuses for good: no such bucket, no permission, a name it does not take',
    advice: 'mend the bucket, the keys or their rights, then resume the job; the image root is intact',
  },
  TransferStalled: {
    exit: 44,
    retryable: true,
    meaning: 'A transfer moved no byte for a set time',
    advice: 'look at the network and the server that is named, then resume the job',
  },
  SourceUnavailable: {
    exit: 45,
    retryable: true,
    meaning: 'The image to be customised cannot be fetched for now',
    advice: 'mend the server or the network, then start the stage again; what has arrived is kept',
  },
  SourceRefused: {
    exit: 46,
    retryable: false,
    meaning: 'The server of the image to be customised refuses for good',
    advice: 'check that the image exists and that its address is right, then start a new job',
  },
  SourceExpired: {
    exit: 47,
    retryable: false,
    meaning: 'The presigned address of the image has expired',
    advice: 'start a new job: IMS signs a fresh address for it',
  },
  SourceCorrupt: {
    exit: 48,
    retryable: false,
    meaning: 'What arrived is not the image that was announced',
    advice: 'check the image in the artifact store against its checksum, then start a new job',
  },
  JournalUnreadable: {
    exit: 42,
    retryable: false,
    meaning: 'The journal on the volume cannot be read or does not belong to this job',
    advice: 'move the file that is named away to start over; the image root is intact',
  },
} as const satisfies Record<string, ErrorRow>;
