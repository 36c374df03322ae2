// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** How far one long step is. */
export interface Reading {
  /** What is being done: `rootfs`, `packing`. */
  readonly what: string;
  /** Bytes. */
  readonly done: number;
  /** Bytes. */
  readonly total: number;
  /** Bytes in a second; undefined while nobody can tell. */
  readonly perSecond: number | undefined;
}

/** Decimal units, as people compare them with disks and networks. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/**
 * The progress in one line for a person.
 *
 * @example
 * progressText({ what: 'rootfs', done: 88.2e6, total: 143.2e6, perSecond: 95e6 });
 * // rootfs 61% 88.2/143.2 MB 95 MB/s 0:01 left
 */
export function progressText(reading: Reading): string {
  const { what, done, total } = reading;
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return [what, `${String(percent)}%`, ...amounts(reading), ...timeLeft(reading)].join(' ');
}

function amounts({ done, total, perSecond }: Reading): string[] {
  const { divisor, name } = unitOf(total);
  const held = `${(done / divisor).toFixed(1)}/${(total / divisor).toFixed(1)} ${name}`;
  return perSecond === undefined ? [held] : [held, `${rateText(perSecond)}/s`];
}

function rateText(perSecond: number): string {
  const { divisor, name } = unitOf(perSecond);
  const rate = perSecond / divisor;
  return `${rate.toFixed(rate < 10 ? 1 : 0)} ${name}`;
}

function timeLeft({ done, total, perSecond }: Reading): string[] {
  if (perSecond === undefined || perSecond <= 0 || done >= total) return [];
  const seconds = Math.ceil((total - done) / perSecond);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const padded = (count: number): string => String(count).padStart(2, '0');
  const clock = hours > 0 ? `${String(hours)}:${padded(minutes)}` : String(minutes);
  return [`${clock}:${padded(seconds % 60)} left`];
}

function unitOf(bytes: number): { readonly divisor: number; readonly name: string } {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return { divisor: 1000 ** power, name: UNITS[power] ?? 'B' };
}
