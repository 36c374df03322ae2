// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { FaultRule } from '@ims/testing';

import type { Step } from './steps.ts';

/** One row of the matrix: what happens to the call of a step. */
export type Fault = { readonly name: string } & (
  | {
      /** It passes by itself: the agent is to overcome it. */
      readonly kind: 'passing';
      readonly rule: (step: Step) => Omit<FaultRule, keyof Step['call']>;
    }
  /** It stays until people have mended it. */
  | { readonly kind: 'refused' }
  | {
      /** The agent is stopped, before its call has been forwarded or after it has been answered unheard. */
      readonly kind: 'stopped';
      readonly signal: 'SIGKILL' | 'SIGTERM';
      readonly when: 'before' | 'after';
    }
);

const once = { times: 1 } as const;

/** Everything that can happen to a call. */
export const FAULT_ROWS: readonly Fault[] = [
  { name: 'kill -9 before it', kind: 'stopped', signal: 'SIGKILL', when: 'before' },
  { name: 'kill -9 after it', kind: 'stopped', signal: 'SIGKILL', when: 'after' },
  { name: 'SIGTERM before it', kind: 'stopped', signal: 'SIGTERM', when: 'before' },
  { name: 'SIGTERM after it', kind: 'stopped', signal: 'SIGTERM', when: 'after' },
  passing('500 twice', () => ({ fault: '500', times: 2 })),
  passing('503', () => ({ ...once, fault: '503', retryAfter: 1 })),
  { name: '403', kind: 'refused' },
  passing('reset before it', () => ({ ...once, fault: 'reset', when: 'before' })),
  passing('reset after it', () => ({ ...once, fault: 'reset', when: 'after' })),
  passing('stall', () => ({ ...once, fault: 'stall' })),
  passing('half-close', () => ({ ...once, fault: 'half-close' })),
  passing('truncated body', () => ({ ...once, fault: 'truncated-body' })),
  passing('lying 200', () => ({ ...once, fault: 'lying-200' })),
  passing('slow drip', ({ drip }) => ({ ...once, ...drip, fault: 'slow-drip' })),
  passing('duplicate', () => ({ ...once, fault: 'duplicate' })),
];

function passing(name: string, rule: (step: Step) => Omit<FaultRule, keyof Step['call']>): Fault {
  return { name, kind: 'passing', rule };
}
