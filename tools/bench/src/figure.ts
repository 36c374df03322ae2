// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What is promised of a figure. */
export interface Target {
  readonly kind: 'at most' | 'at least';
  readonly value: number;
  /** Whether the figure itself or its ratio to the floor is meant. */
  readonly of: 'value' | 'ratio';
}

/** One figure as it was measured. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MiB' | 'MiB/s' | '%' | 'switches/s' | 'calls';
  readonly samples: number;
  /** What the machine allows at best, or what is compared with, measured in the same run. */
  readonly floor?: { readonly name: string; readonly value: number };
  readonly target?: Target;
}

/** A figure, what it is to its floor, and whether it is what was promised; undefined where nothing was. */
export interface Figure extends Measured {
  readonly ratio: number | undefined;
  readonly met: boolean | undefined;
}

/** Holds a figure against its floor and its target. */
export function judge(measured: Measured): Figure {
  const { value, floor, target } = measured;
  const ratio = floor === undefined || floor.value === 0 ? undefined : value / floor.value;
  return {
    ...measured,
    ratio,
    met: target === undefined ? undefined : isMet(target, target.of === 'value' ? value : ratio),
  };
}

function isMet(target: Target, found: number | undefined): boolean {
  if (found === undefined) return false;
  return target.kind === 'at most' ? found <= target.value : found >= target.value;
}

/** The value below which a share of the samples lies, by the nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

/** The value in the middle. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}
