// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Logger } from '@ims/runtime';

import type { Sums } from './checkpoint.ts';
import { isAnswer } from './failure.ts';
import type { Proof } from './proof.ts';

/** How an S3 service wants to be spoken to. One value: every call is made by it. */
export interface Traits {
  /** What it keeps of the bytes of objects and parts. */
  readonly sums: Sums;
  /** Whether it may be asked for the checksum of an object. */
  readonly asking: 'with checksum' | 'plainly';
  /** What vouches for a part where the service keeps checksums. */
  readonly proof: Proof;
}

/** What is believed of a service of which nothing is known. */
const EXPECTED: Traits = { sums: 'sha256', asking: 'with checksum', proof: 'checksum' };

/** How a service says that it does not take what a call carries, and how it is spoken to from then on. */
interface Adaptation {
  readonly to: Partial<Traits>;
  /** By status and code; a HEAD's answer has no code. */
  readonly refusals: readonly (readonly [status: number, ...codes: string[]])[];
  /** For the log. */
  readonly fact: string;
}

const UNKNOWN_HEADER: Adaptation['refusals'] = [
  [400, 'InvalidRequest', 'InvalidArgument', 'NotImplemented'],
  [501, 'NotImplemented', 'XNotImplemented'],
];

/** A wrong checksum has other codes than an unwanted one. */
const ADAPTATIONS: { readonly [Trait in keyof Traits]: Adaptation } = {
  sums: {
    to: { sums: 'etag', asking: 'plainly', proof: 'payload' },
    refusals: UNKNOWN_HEADER,
    fact: 'it keeps no sha256 of objects: etags and signed payloads have to do',
  },
  asking: {
    to: { asking: 'plainly' },
    refusals: [
      [400, '', 'InvalidRequest', 'InvalidArgument', 'NotImplemented'],
      [405, ''],
      [501, '', 'NotImplemented', 'XNotImplemented'],
    ],
    fact: 'it cannot be asked for the checksum of an object: etags have to do',
  },
  proof: {
    to: { proof: 'payload' },
    // A policy of a bucket that wants signed payloads denies access.
    refusals: [...UNKNOWN_HEADER, [403, '', 'AccessDenied']],
    fact: 'it wants signed payloads',
  },
};

/** What is known of one service by now. */
export interface Learned {
  readonly traits: Traits;
  learn(change: Partial<Traits>): void;
}

/** Begins with what is expected; what is learned otherwise is a line in the log, once. */
export function createLearned(logger: Logger, begin: Traits = EXPECTED): Learned {
  let traits = begin;
  return {
    get traits() {
      return traits;
    },
    learn: (change) => {
      const next = { ...traits, ...change };
      const facts = factsOf(next);
      if (facts !== factsOf(traits)) logger.info({}, `learned of the S3 service: ${facts}`);
      traits = next;
    },
  };
}

function factsOf(traits: Traits): string {
  const differing = NAMES.filter((name) => traits[name] !== EXPECTED[name]);
  // What follows from another one is not told besides.
  const told = differing.includes('sums') ? (['sums'] as const) : differing;
  return told.map((name) => ADAPTATIONS[name].fact).join('; ');
}

const NAMES = ['sums', 'asking', 'proof'] as const satisfies readonly (keyof Traits)[];

/**
 * Makes a call as the service is believed to take it; when it refuses what this trait adds to the call, makes it once
 * more without. What works then is learned; what is refused either way is told as the last refusal.
 */
export async function adapting<T>(
  learned: Learned,
  trait: keyof Traits,
  call: (traits: Traits) => Promise<T>,
): Promise<T> {
  const { traits } = learned;
  const { to, refusals } = ADAPTATIONS[trait];
  try {
    return await call(traits);
  } catch (error) {
    const isSame = traits[trait] === to[trait];
    if (isSame || !refusals.some(([status, ...codes]) => isAnswer(error, status, ...codes))) throw error;
    const result = await call({ ...traits, ...to });
    learned.learn(to);
    return result;
  }
}
