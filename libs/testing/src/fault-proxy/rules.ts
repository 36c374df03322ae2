// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { IncomingMessage } from 'node:http';

import type { FaultName } from './faults.ts';
import type { FaultOptions } from './options.ts';

/** Which requests meet which fault. */
export interface FaultRule extends FaultOptions {
  readonly fault: FaultName;
  /** `PUT`; any when left out. */
  readonly method?: string;
  /** Looked for in the path with its query; any when left out. */
  readonly path?: RegExp;
  /** What a header of the request, by its lower-case name, has to be like; any when left out. */
  readonly header?: readonly [name: string, value: RegExp];
  /** The first of the matching requests that is hit, from 1; the ones before it pass. */
  readonly nth?: number;
  /** How many are hit; every one until the rule is lifted when left out. */
  readonly times?: number;
}

/** A rule that a test has set. */
export interface ActiveRule {
  /** How many requests it has hit so far. */
  readonly hits: number;
  /** Resolves when the first request is hit, before the fault does anything: the moment to kill somebody. */
  readonly hit: Promise<void>;
  /** From now on requests pass; what is held already stays held. */
  lift(): void;
}

/** What rules look at. */
type RequestHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** The rules of a proxy, in the order in which they were set. */
export interface Rules {
  add(rule: FaultRule): ActiveRule;
  /** The rule that this request meets: the first that wants it. Each rule counts what matches it. */
  meet(request: RequestHead): FaultRule | undefined;
}

interface Entry {
  readonly rule: FaultRule;
  readonly announce: () => void;
  matched: number;
  hits: number;
  lifted: boolean;
}

/** Makes an empty list of rules. */
export function createRules(): Rules {
  const entries: Entry[] = [];
  return {
    add: (rule) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const entry: Entry = { rule, announce: () => resolve(undefined), matched: 0, hits: 0, lifted: false };
      entries.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        hit: promise,
        lift: () => {
          entry.lifted = true;
        },
      };
    },
    meet: (request) => {
      const matching = entries.filter(({ rule }) => matches(rule, request));
      for (const entry of matching) entry.matched += 1;
      const met = matching.find(isDue);
      if (met === undefined) return undefined;
      met.hits += 1;
      met.announce();
      return met.rule;
    },
  };
}

function matches({ method, path, header }: FaultRule, request: RequestHead): boolean {
  if (method !== undefined && method !== request.method) return false;
  // A global expression keeps where it was; `search` begins anew.
  if (path !== undefined && (request.url ?? '').search(path) < 0) return false;
  if (header === undefined) return true;
  const [name, value] = header;
  return String(request.headers[name] ?? '').search(value) >= 0;
}

function isDue({ rule, matched, hits, lifted }: Entry): boolean {
  return !lifted && matched >= (rule.nth ?? 1) && hits < (rule.times ?? Infinity);
}
