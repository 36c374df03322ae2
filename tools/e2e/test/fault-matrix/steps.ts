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
    refused: failed('SourceRefused'),
  },
  token: { ...USUAL, name: 'token', proxy: 'tokens', call: { method: 'POST' }, refused: failed('TokenUnavailable') },
  packing: aboutJob({ name: 'status while packing', nth: 1, refused: undefined }),
  create: aboutImage('create record', { method: 'POST', path: /\/images$/ }),
  probe: {
    ...largeObject('trying to write', { method: 'POST', path: /\/0{8}-[^/]+\/rootfs\?uploads/ }),
    large: false,
  },
  // The one that only tries whether one can write comes before it.
  beginning: largeObject('rootfs, the first call', { method: 'POST', path: /\/(?!0{8})[^/]+\/rootfs\?uploads/ }),
  part: {
    ...largeObject('rootfs, a part', { method: 'PUT', path: /\/rootfs\?.*partNumber=2/ }),
    drip: { direction: 'request', dropBytes: 64 * 1024 },
  },
  completion: largeObject('rootfs, the last call', { method: 'POST', path: /\/rootfs\?.*uploadId=/ }),
  kernel: object('kernel', /\/kernel\?/),
  initrd: object('initrd', /\/initrd\?/),
  parameters: object('boot_parameters', /\/boot_parameters\?/),
  manifest: object('manifest', /\/manifest\.json\?/),
  link: aboutImage('link', { method: 'PATCH', path: /\/images\// }),
  result: aboutJob({ name: 'job result', nth: 2, refused: failed('ImsRefused') }),
  final: {
    ...aboutJob({ name: 'final status', nth: 3, refused: { reason: 'ImsUnavailable', phase: 'Succeeded' } }),
    stopped: 0,
  },
} as const satisfies Record<string, Step>;

function failed(reason: Reason): Refused {
  return { reason, phase: 'Failed' };
}

function object(name: string, path: RegExp): Step {
  const drip = { direction: 'request', dropBytes: 1024 } as const;
  return { ...USUAL, name, proxy: 's3', call: { method: 'PUT', path }, drip, refused: failed('StoreRefused') };
}

function largeObject(name: string, call: Step['call']): Step {
  return { ...USUAL, name, proxy: 's3', call, refused: failed('StoreRefused'), large: true };
}

function aboutImage(name: string, call: Step['call']): Step {
  return { ...USUAL, name, proxy: 'ims', call, refused: failed('ImsRefused') };
}

/** The first call about the job tells that it packs, the second its image, the third its end. */
function aboutJob(step: Pick<Step, 'name' | 'refused'> & { readonly nth: number }): Step {
  const { nth, ...rest } = step;
  return { ...USUAL, ...rest, proxy: 'ims', call: { method: 'PATCH', path: /\/jobs\//, nth } };
}
