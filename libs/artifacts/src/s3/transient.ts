// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reason } from '@ims/contract';

/** What an error means for the transfer. */
export type Verdict =
  /** Worth another attempt. */
  | 'passing'
  /** The same each time. */
  | 'permanent'
  /** Nothing moved for too long; worth another attempt. */
  | 'stalled'
  /** The service has no room. */
  | 'full';

/** What follows for one error. */
export interface ErrorRule {
  readonly verdict: Verdict;
  /** What it means, where its code alone does not say it. */
  readonly meaning?: string;
  readonly advice?: string;
}

const passing = (meaning?: string, advice?: string): ErrorRule => rule('passing', meaning, advice);
const permanent = (meaning?: string, advice?: string): ErrorRule => rule('permanent', meaning, advice);

const KEYS = 'check S3_ACCESS_KEY and S3_SECRET_KEY against the S3 service, then resume the job';
const RIGHTS = 'let the S3 user do all that the bucket policy in docs/publishing.md allows, then resume the job';
const USER = 'enable the S3 user again (radosgw-admin user enable), then resume the job';
const ROOM = 'free space in the bucket or raise its quota, then resume the job';
const TRUST =
  "give the CA's certificate as a file in S3_SSL_VALIDATE, or mend the certificate of the server, then resume the job";
const CLOCK = 'set the clocks of this machine and of the S3 service';

/** Errors of S3 by their code: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const CODES: Readonly<Record<string, ErrorRule>> = {
  NoSuchBucket: permanent('there is no such bucket', 'create the bucket or mend S3_BUCKET, then resume the job'),
  InvalidBucketName: permanent('the service takes no bucket of that name', 'mend S3_BUCKET, then resume the job'),
  AccessDenied: permanent('the keys are known but have no right to do this', RIGHTS),
  AllAccessDisabled: permanent('all access to the bucket is switched off', RIGHTS),
  AccountProblem: permanent(undefined, RIGHTS),
  UserSuspended: permanent('the S3 user is suspended', USER),
  InvalidAccessKeyId: permanent('the service does not know the access key', KEYS),
  XAdminUserNotFound: permanent('the service does not know the access key', KEYS),
  SignatureDoesNotMatch: permanent('the secret key is not the one of the access key', KEYS),
  AuthorizationHeaderMalformed: permanent('the service signs for another region', 'check the endpoint and its region'),
  PermanentRedirect: permanent('the bucket lies at another endpoint', 'mend S3_ENDPOINT, then resume the job'),
  NotImplemented: permanent('the service does not offer this'),
  QuotaExceeded: rule('full', 'the quota is used up', ROOM),
  XMinioStorageFull: rule('full', 'the service is full', ROOM),
  InsufficientStorage: rule('full', 'the service is full', ROOM),
  TemporaryRedirect: passing('the service sends elsewhere for now'),
  SlowDown: passing(),
  ServiceUnavailable: passing(),
  InternalError: passing(),
  OperationAborted: passing(),
  RequestTimeout: passing(),
  // The next attempt is signed with the time that the service has told.
  RequestTimeTooSkewed: passing('the clocks differ by more than 15 minutes', CLOCK),
  BadDigest: passing('the bytes changed on their way'),
  IncompleteBody: passing('the bytes did not arrive in full'),
  XAmzContentSHA256Mismatch: passing('the bytes changed on their way'),
  XAmzContentChecksumMismatch: passing('the bytes changed on their way'),
};

/** Errors of sockets, of name resolution and of TLS by their code in Node. */
const SOCKETS: Readonly<Record<string, ErrorRule>> = {
  ECONNREFUSED: passing('nobody listens there'),
  ECONNRESET: passing('the connection was cut'),
  ECONNABORTED: passing('the connection was cut'),
  EPIPE: passing('the connection was cut'),
  ETIMEDOUT: passing('the host does not answer'),
  EHOSTUNREACH: passing('the host cannot be reached'),
  ENETUNREACH: passing('the network cannot be reached'),
  ENOTFOUND: passing('its name cannot be resolved', 'check S3_ENDPOINT and the name service, then resume the job'),
  EAI_AGAIN: passing('the name service does not answer', 'mend the name service, then resume the job'),
  EPROTO: passing('it does not speak TLS as we do', 'check that S3_ENDPOINT says https only for a port with TLS'),
  ERR_STREAM_PREMATURE_CLOSE: passing('the connection was cut'),
  DEPTH_ZERO_SELF_SIGNED_CERT: permanent('its certificate is self-signed and not trusted', TRUST),
  SELF_SIGNED_CERT_IN_CHAIN: permanent('its certificate comes from a CA that is not trusted', TRUST),
  UNABLE_TO_GET_ISSUER_CERT: permanent('its certificate comes from a CA that is not trusted', TRUST),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: permanent('its certificate comes from a CA that is not trusted', TRUST),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: permanent('its certificate comes from a CA that is not trusted', TRUST),
  CERT_HAS_EXPIRED: permanent('its certificate has expired', TRUST),
  CERT_NOT_YET_VALID: permanent('its certificate is not valid yet', CLOCK),
  CERT_REVOKED: permanent('its certificate was revoked', TRUST),
  CERT_UNTRUSTED: permanent('its certificate is not trusted', TRUST),
  CERT_SIGNATURE_FAILURE: permanent('its certificate is forged', TRUST),
  ERR_TLS_CERT_ALTNAME_INVALID: permanent('its certificate is for another name', TRUST),
};

/** Whole families of codes of Node: TLS that does not come about, answers that are no HTTP. */
const FAMILIES: readonly (readonly [RegExp, ErrorRule])[] = [
  [/^ERR_(SSL|TLS)_/, passing('TLS does not come about', 'check that S3_ENDPOINT says https only for a port with TLS')],
  [/^HPE_/, passing('its answer is no HTTP')],
];

/** Statuses whose passing nature does not follow from their hundred. */
const STATUSES: Readonly<Record<number, ErrorRule>> = {
  403: permanent('access is denied', `${RIGHTS}; ${KEYS}`),
  408: passing(),
  409: passing(),
  425: passing(),
  429: passing(),
  501: permanent('the service does not offer this'),
  505: permanent(),
  507: rule('full', 'the service is full', ROOM),
};

/** There is no such object. */
export const ABSENT = permanent();

/** A portal redirects, a load balancer knows no such page, a proxy has a page of its own. */
const STRANGE = passing('its answer is not that of an S3 service');

/** What a server says while it fails is not its last word, unless its status means so. */
function ruleForCode(status: number, code: string): ErrorRule | undefined {
  const rule = CODES[code];
  const isBelieved = status < 500 || status in STATUSES || rule?.verdict !== 'permanent';
  return isBelieved ? rule : undefined;
}

/** The rule for an error of the service; its code says more than the status. */
export function ruleForAnswer(status: number, code: string): ErrorRule {
  const known = ruleForCode(status, code) ?? STATUSES[status];
  if (known !== undefined) return known;
  if (status < 400 || (status === 404 && code === '')) return STRANGE;
  return status >= 500 ? passing() : permanent();
}

/** The rule for an error below HTTP; `undefined` for one that has nothing to do with the network. */
export function ruleForSocket(code: string): ErrorRule | undefined {
  return SOCKETS[code] ?? FAMILIES.find(([pattern]) => pattern.test(code))?.[1];
}

/** How verdicts are named where objects are written, and where they are the source of a job. */
export const REASONS = {
  store: {
    passing: 'StoreUnavailable',
    permanent: 'StoreRefused',
    stalled: 'TransferStalled',
    full: 'NoSpace',
  },
  source: {
    passing: 'SourceUnavailable',
    permanent: 'SourceRefused',
    stalled: 'TransferStalled',
    full: 'SourceUnavailable',
  },
} as const satisfies Record<string, Record<Verdict, Reason>>;

/** What the service is to us. */
export type Role = keyof typeof REASONS;

function rule(verdict: Verdict, meaning?: string, advice?: string): ErrorRule {
  return {
    verdict,
    ...(meaning === undefined ? {} : { meaning }),
    ...(advice === undefined ? {} : { advice }),
  };
}
