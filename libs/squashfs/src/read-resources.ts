// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

import { limitPlaces, type LimitFile, type LimitPlace } from './cgroup.ts';
import { decideResources, type Limit, type Resources } from './resources.ts';

/** Where to look, so that a test can show another machine. */
export interface ResourceOptions {
  /** The directory that stands for `/`. */
  readonly root?: string;
  readonly processors?: number;
  /** Bytes of physical memory. */
  readonly memory?: number;
}

/** Reads the limits of this process's cgroups, v1 and v2, and decides what packing may use (H44). */
export async function readResources(options: ResourceOptions = {}): Promise<Resources> {
  const root = options.root ?? '/';
  const [cgroup, mountinfo] = await Promise.all([
    textOf(join(root, 'proc/self/cgroup')),
    textOf(join(root, 'proc/self/mountinfo')),
  ]);
  const limits = await Promise.all(
    limitPlaces(cgroup ?? '', mountinfo ?? '').map(async (place) => await readLimit(root, place)),
  );
  const found = limits.filter((limit) => limit !== undefined);
  return decideResources({
    processors: options.processors ?? availableParallelism(),
    memory: options.memory ?? totalmem(),
    processorLimits: found.filter((limit) => limit.kind === 'processors'),
    memoryLimits: found.filter((limit) => limit.kind === 'memory'),
  });
}

type KnownLimit = Limit & { readonly kind: 'processors' | 'memory' };

async function readLimit(root: string, place: LimitPlace): Promise<KnownLimit | undefined> {
  const from = `${place.directory}/${place.file}`;
  const text = await textOf(join(root, from));
  if (text === undefined) return undefined;
  const reader = READERS[place.file];
  const value = await reader.value(
    text.trim(),
    async () => await textOf(join(root, place.directory, 'cpu.cfs_period_us')),
  );
  // `max`, -1 and a nonsensical zero are no limit; v1's huge number is more than any machine has.
  return value !== undefined && value > 0 ? { value, from, kind: reader.kind } : undefined;
}

interface LimitReader {
  readonly kind: KnownLimit['kind'];
  value(text: string, period: () => Promise<string | undefined>): Promise<number | undefined>;
}

const bytes: LimitReader = { kind: 'memory', value: async (text) => numberOf(text) };

const READERS: Readonly<Record<LimitFile, LimitReader>> = {
  'memory.max': bytes,
  'memory.high': bytes,
  'memory.limit_in_bytes': bytes,
  'cpu.max': {
    kind: 'processors',
    value: async (text) => {
      const [quota, period] = text.split(/\s+/);
      return quotient(quota, period);
    },
  },
  'cpu.cfs_quota_us': { kind: 'processors', value: async (text, period) => quotient(text, (await period())?.trim()) },
};

function quotient(quota: string | undefined, period: string | undefined): number | undefined {
  const [part, whole] = [numberOf(quota), numberOf(period)];
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}
