// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { FaultName } from './faults.ts';
import type { FaultOptions } from './options.ts';

/** Which requests meet which fault. */
export interface FaultRule extends FaultOptions {
  readonly fault: FaultName;
  /** `PUT`; any when left out. */
  readonly method?: string;
  /** Looked for in the path with its query; any when left out. */
  readonly path?: RegExp;
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

/** The rules of a proxy, in the order in which they were set. */
export interface Rules {
  add(rule: FaultRule): ActiveRule;
  /** The rule that this request meets: the first that wants it. Each rule counts what matches it. */
  meet(method: string, target: string): FaultRule | undefined;
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
    meet: (method, target) => {
      const matching = entries.filter(({ rule }) => matches(rule, method, target));
      for (const entry of matching) entry.matched += 1;
      const met = matching.find(isDue);
      if (met === undefined) return undefined;
      met.hits += 1;
      met.announce();
      return met.rule;
    },
  };
}

function matches({ method, path }: FaultRule, wanted: string, target: string): boolean {
  // A global expression keeps where it was; `search` begins anew.
  return (method === undefined || method === wanted) && (path === undefined || target.search(path) >= 0);
}

function isDue({ rule, matched, hits, lifted }: Entry): boolean {
  return !lifted && matched >= (rule.nth ?? 1) && hits < (rule.times ?? Infinity);
}
