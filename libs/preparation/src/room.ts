// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Room } from './ports.ts';

/** What is to be done, and what it takes. */
export interface Demand {
  /** `unpacking the image`. */
  readonly what: string;
  readonly need: Room;
  /** False when the figures are only a lower bound. */
  readonly isExact: boolean;
}

/** Why something does not fit, in a sentence; `undefined` when it does. */
export function shortage({ what, need, isExact }: Demand, free: Room): string | undefined {
  const about = isExact ? 'about' : 'at least';
  if (need.bytes > free.bytes)
    return `${what} takes ${about} ${bytesText(need.bytes)}, ${bytesText(free.bytes)} are free`;
  if (need.inodes > free.inodes) {
    return `${what} takes ${about} ${String(need.inodes)} inodes, ${String(free.inodes)} are free`;
  }
  return undefined;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people, in decimal units: `143.2 MB`. */
export function bytesText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${String(bytes)} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power] ?? 'TB'}`;
}
