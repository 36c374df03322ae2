// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Exit code of a job that published its image, and of a session that ended as the user said. */
export const EXIT_DONE = 0;

/** The families of exit codes; the codes themselves stand in the errors table. */
export const EXIT_FAMILIES = [
  { codes: '0', meaning: 'done' },
  { codes: '1', meaning: 'defect of this software' },
  { codes: '2', meaning: 'configuration' },
  { codes: '10-19', meaning: 'the user, the script or the build said failed' },
  { codes: '20-29', meaning: 'the other container, sshd, a deadline or the platform' },
  { codes: '30-39', meaning: 'image invalid or packaging' },
  { codes: '40-49', meaning: 'storage, and the image to be customised' },
  { codes: '50-59', meaning: 'IMS, tokens and image records' },
  { codes: '128+n', meaning: 'ended by signal n' },
] as const;

/** The shell's convention for a program that signal number `n` ended. */
export function exitCodeOfSignal(n: number): number {
  return 128 + n;
}
