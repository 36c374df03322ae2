// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One row of {@link ERRORS}. */
export interface ErrorRow {
  /** The exit code of a program that ends for this reason; see `exit-codes.ts` for the families. */
  readonly exit: number;
  /** Whether the same step may succeed when it is simply done again. */
  readonly retryable: boolean;
  /** What went wrong, in a sentence without its particulars. */
  readonly meaning: string;
  /** What the reader of the error does next. */
  readonly advice: string;
}

/** Every way in which a job or a program of the pair can fail, keyed by its stable reason. */
export const ERRORS = {
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
  SessionsRemain: {
    exit: 27,
    retryable: true,
    meaning: 'A process that can write to the image root could not be ended',
    advice: 'end the process that is named, then resume the job',
  },
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
  PackingFailed: {
    exit: 34,
    retryable: true,
    meaning: 'mksquashfs failed',
    advice: 'read what it said; the image root is intact and the job can be resumed',
  },
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
  Interrupted: {
    exit: 143,
    retryable: true,
    meaning: 'A signal ended the program',
    advice: 'resume the job; the volume holds all that was done',
  },
} as const satisfies Record<string, ErrorRow>;

/** The stable reason of a failure. */
export type Reason = keyof typeof ERRORS;
