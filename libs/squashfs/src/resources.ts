// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What packing may use. */
export interface Resources {
  /** Threads that compress. */
  readonly processors: number;
  /** Bytes for mksquashfs's own queues and caches, its option `-mem`. */
  readonly memory: number;
  /** Where the two come from, for the log. */
  readonly why: string;
}

/** A limit and the file that says so. */
export interface Limit {
  readonly value: number;
  readonly from: string;
}

/** What the machine has and what the cgroups allow of it. */
export interface Capacity {
  /** Processors that this process may be scheduled on. */
  readonly processors: number;
  /** Bytes of physical memory. */
  readonly memory: number;
  readonly processorLimits: readonly Limit[];
  readonly memoryLimits: readonly Limit[];
}

const MIB = 1024 * 1024;

/**
 * mksquashfs's own share of a machine's memory, applied to the limit. The rest holds what `-mem` does not count:
 * its tables of inodes and duplicates, a compressor's workspace in each thread, this agent, and the page cache
 * of the files being read, which the cgroup is charged for too.
 */
const SHARE = 1 / 4;

/** Below this mksquashfs spends its time waiting for its own buffers. */
const FLOOR = 64 * MIB;

/** Above this it gets no faster (measured in docs/adr/0005-squashfs-compression.md). */
const CEILING = 2048 * MIB;

/** Decides what mksquashfs gets (H44): the tightest limit on the way up, never more than the machine has. */
export function decideResources(capacity: Capacity): Resources {
  const processors = tightest(capacity.processorLimits, { value: capacity.processors, from: 'the machine' });
  const memory = tightest(capacity.memoryLimits, { value: capacity.memory, from: 'the machine' });
  const share = Math.min(CEILING, Math.max(FLOOR, memory.value * SHARE));
  return {
    // A part of a processor is used too: rounding 2.5 down would leave half a processor idle.
    processors: Math.max(1, Math.ceil(processors.value)),
    memory: Math.floor(share / MIB) * MIB,
    why: `${describe(processors.value)} processors by ${processors.from}, ${describe(memory.value / MIB)} MiB by ${memory.from}`,
  };
}

function tightest(limits: readonly Limit[], machine: Limit): Limit {
  return limits.reduce((least, limit) => (limit.value < least.value ? limit : least), machine);
}

function describe(value: number): string {
  return String(Math.round(value * 10) / 10);
}
