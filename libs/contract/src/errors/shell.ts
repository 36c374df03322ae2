// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { ErrorRow } from './row.ts';

/** What goes wrong with the other container, with sshd and with the platform. */
export const SHELL_ERRORS = {
  PeerNeverAppeared: {
    exit: 20,
    retryable: true,
    meaning: 'The other container never showed a sign of life',
    advice: 'look at its state and log: kubectl describe pod, kubectl logs',
  },
  PeerLost: {
    exit: 21,
    retryable: true,
    meaning: 'The other container was alive and then stopped',
    advice: 'look at why it ended (kubectl describe pod), then resume the job',
  },
  DeadlineExceeded: {
    exit: 22,
    retryable: true,
    meaning: 'A step took longer than its bound',
    advice: 'raise the bound that is named or mend what is slow',
  },
  LoginProbeFailed: {
    exit: 23,
    retryable: false,
    meaning: 'sshd runs, but a login through the same door does not work',
    advice: 'read what ssh and sshd said, mend the image root or the keys',
  },
  SshdRefused: {
    exit: 24,
    retryable: false,
    meaning: 'sshd does not start or refuses its configuration',
    advice: 'mend the line of sshd_config that sshd names',
  },
  SshdKeepsDying: {
    exit: 25,
    retryable: false,
    meaning: 'sshd died again and again and was restarted each time',
    advice: 'read sshd.log; look for memory limits of the container',
  },
  PlatformUnavailable: {
    exit: 26,
    retryable: false,
    meaning: 'The kernel or the container does not offer what this mode needs',
    advice: 'give the container the rights that the mode needs, or run it where the kernel has them',
  },
  PermissionMissing: {
    exit: 28,
    retryable: false,
    meaning: 'The pod may not show its job in Kubernetes',
    advice: 'run the commands that are given; the job itself goes on without',
  },
  SessionsRemain: {
    exit: 27,
    retryable: true,
    meaning: 'A process that can write to the image root could not be ended',
    advice: 'end the process that is named, then resume the job',
  },
} as const satisfies Record<string, ErrorRow>;
