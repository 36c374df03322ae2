// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { Scope } from './kubectl.ts';
import { WAYS, type Way } from './shell.ts';

/** What is said on the command line beside the command. */
export interface Flags extends Scope, Way {
  readonly logLevel?: string;
}

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;

/** The least severe log lines; a tool in a person's hand is quiet unless told otherwise. */
export function readLevel(text: string | undefined): (typeof LEVELS)[number] {
  return LEVELS.find((level) => level === text) ?? 'WARNING';
}

/** What kubectl is told of where to look. */
export function scopeOf({ kubeconfig, context, namespace }: Flags): Scope {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

/**
 * How ssh is to get to the shell.
 *
 * @throws Failure ConfigurationInvalid
 */
export function wayOf({ address, via, identity }: Flags): Way {
  if (via !== undefined && !WAYS.some((way) => way === via)) {
    throw new Failure('ConfigurationInvalid', `--via ${JSON.stringify(via)} is none of ${WAYS.join(', ')}`);
  }
  return {
    ...(address === undefined ? {} : { address }),
    ...(via === undefined ? {} : { via }),
    ...(identity === undefined ? {} : { identity }),
  };
}
