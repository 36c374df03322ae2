// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Reason } from '@ims/contract';
import type { FaultOptions, FaultRule } from '@ims/testing';

import type { World } from '../support/world.ts';

/** One column of the matrix: a step of a job, by the call that it makes. */
export interface Step {
  readonly name: string;
  /** Before whom the fault stands. */
  readonly proxy: keyof World['proxies'];
  readonly call: Pick<FaultRule, 'method' | 'path' | 'nth'>;
  /** Which way a slow transfer drips, and in which drops: what is large has to arrive within the test. */
  readonly drip: Pick<FaultOptions, 'direction' | 'dropBytes'>;
  /** How the agent ends when the call is refused for good; undefined when it goes on without the call. */
  readonly refused: Refused | undefined;
  /** What an agent ends with that a signal stops in this step; the job may be over, with IMS yet to be told. */
  readonly stopped: number;
  /** Where a call is held that has been answered: a download when a part of it has arrived. */
  readonly held: 'after' | 'response';
  /** Whether the image is so large that it is stored in parts. */
  readonly large: boolean;
}

/** Why an agent gives up, and in which phase the job is then: it may have succeeded, and IMS not know. */
export interface Refused {
  readonly reason: Reason;
  readonly phase: 'Failed' | 'Succeeded';
  /** What a person is told: what was refused, by whom and why. */
  readonly says: RegExp;
  /** What IMS says of the job then; `error` wherever it can be told (H41). */
  readonly status: 'creating' | 'packaging_artifacts' | 'error';
}

const USUAL = { drip: {}, stopped: 143, held: 'after', large: false } as const;

/** The steps of a job in their order. */
export const STEPS = {
  prepare: {
    ...USUAL,
    name: 'prepare',
    proxy: 's3',
    call: { method: 'GET', path: /X-Amz-Signature|[?&]Signature/ },
    drip: { dropBytes: 1024 },
    held: 'response',
    refused: failed('SourceRefused', /\/boot-images\/customised\/rootfs answers 403 \(AccessDenied\)/),
  },
  token: {
    ...USUAL,
    name: 'token',
    proxy: 'tokens',
    call: { method: 'POST' },
    // Without a token nothing can be told.
    refused: { ...failed('TokenUnavailable', /the token server \S+ gave no token/), status: 'creating' },
  },
  packing: aboutJob({ name: 'status while packing', nth: 1, refused: undefined }),
  create: aboutImage('create record', /IMS answered 403 to POST images/, { method: 'POST', path: /\/images$/ }),
  probe: {
    ...largeObject('trying to write', { method: 'POST', path: /\/trial\?uploads/ }),
    refused: failed(
      'StoreRefused',
      /S3 refuses s3:\/\/boot-images at \S+: the S3 user has no right to .*\(s3:PutObject\)/,
    ),
    large: false,
  },
  beginning: largeObject('rootfs, the first call', { method: 'POST', path: /\/rootfs\?uploads/ }),
  part: {
    ...largeObject('rootfs, a part', { method: 'PUT', path: /\/rootfs\?.*partNumber=2/ }),
    drip: { direction: 'request', dropBytes: 64 * 1024 },
  },
  completion: largeObject('rootfs, the last call', { method: 'POST', path: /\/rootfs\?.*uploadId=/ }),
  kernel: object('kernel', /\/kernel\?/),
  initrd: object('initrd', /\/initrd\?/),
  parameters: object('boot_parameters', /\/boot_parameters\?/),
  manifest: object('manifest.json', /\/manifest\.json\?/),
  link: aboutImage('link', /IMS answered 403 to PATCH images\//, { method: 'PATCH', path: /\/images\// }),
  result: aboutJob({
    name: 'job result',
    nth: 2,
    refused: { ...failed('ImsRefused', /IMS answered 403 to PATCH jobs\//), status: 'packaging_artifacts' },
  }),
  final: {
    ...aboutJob({
      name: 'final status',
      nth: 3,
      refused: {
        reason: 'ImsUnavailable',
        phase: 'Succeeded',
        says: /the image is published, but IMS does not know yet/,
        status: 'packaging_artifacts',
      },
    }),
    stopped: 0,
  },
} as const satisfies Record<string, Step>;

function failed(reason: Reason, says: RegExp): Refused {
  return { reason, phase: 'Failed', says, status: 'error' };
}

function refusedByStore(place: string): Refused {
  return failed('StoreRefused', new RegExp(`S3 refuses s3://${place} at \\S+: 403 AccessDenied, the keys are known`));
}

function object(name: string, path: RegExp): Step {
  const drip = { direction: 'request', dropBytes: 1024 } as const;
  const refused = refusedByStore(`boot-images/[^ /]+/${name}`);
  return { ...USUAL, name, proxy: 's3', call: { method: 'PUT', path }, drip, refused };
}

function largeObject(name: string, call: Step['call']): Step {
  return { ...USUAL, name, proxy: 's3', call, refused: refusedByStore('boot-images/[^ /]+/rootfs'), large: true };
}

function aboutImage(name: string, says: RegExp, call: Step['call']): Step {
  return { ...USUAL, name, proxy: 'ims', call, refused: failed('ImsRefused', says) };
}

/** The first call about the job tells that it packs, the second its image, the third its end. */
function aboutJob(step: Pick<Step, 'name' | 'refused'> & { readonly nth: number }): Step {
  const { nth, ...rest } = step;
  return { ...USUAL, ...rest, proxy: 'ims', call: { method: 'PATCH', path: /\/jobs\//, nth } };
}
