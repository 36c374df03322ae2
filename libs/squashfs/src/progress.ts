// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** How far mksquashfs or unsquashfs is, in the units it counts (blocks, files and directories). */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

// `[=====/   ] 12/345   3%`, the bar of any width and with any of its four moving marks.
const BAR = /^\s*\[[=\s|/\\-]*\]\s*(\d{1,15})\/(\d{1,15})\s+\d{1,3}%\s*$/;

/** The progress in a piece of output between two carriage returns, or `undefined` when it is something else. */
export function parseProgress(piece: string): Progress | undefined {
  const match = BAR.exec(piece);
  if (match === null) return undefined;
  const [done, total] = [Number(match[1]), Number(match[2])];
  // A bar may be drawn before the total is known; done never exceeds it in a report of ours.
  return { done: Math.min(done, total), total };
}
