// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { OnTransfer, PreparationPorts } from './ports.ts';
import { bytesText } from './room.ts';

/** Progress is told at most this often, in milliseconds. */
const INTERVAL_MS = 500;

/** The log follows at a distance: hours of it would bury what matters. */
const LOG_INTERVAL_MS = 5000;

type Tellers = Pick<PreparationPorts, 'clock' | 'logger' | 'reporter'>;

/** Tells how far the fetch is: `image 61% 88.2/143.2 MB 95 MB/s 0:01 left`. */
export function transferTeller(ports: Tellers): OnTransfer {
  const say = teller(ports);
  const first = { at: undefined as number | undefined, done: 0 };
  return (done, total) => {
    const now = ports.clock.monotonic();
    if (first.at === undefined) Object.assign(first, { at: now, done });
    const elapsed = (now - (first.at ?? now)) / 1000;
    const rate = elapsed > 0 ? (done - first.done) / elapsed : 0;
    say({ what: 'image', done, total: total ?? 0 }, () => transferText({ done, total, rate }));
  };
}

/** Tells how far unpacking is. */
export function unpackTeller(ports: Tellers): (done: number, total: number) => void {
  const say = teller(ports);
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    say({ what: 'unpacking', done, total }, () => `unpacking ${String(percent)}%`);
  };
}

/** How far a transfer is, in words; the rate is in bytes a second, 0 when it is not known yet. */
export function transferText(transfer: {
  readonly done: number;
  readonly total: number | undefined;
  readonly rate: number;
}): string {
  const { done, total, rate } = transfer;
  const speed = rate > 0 ? ` ${bytesText(Math.round(rate)).replace(/^(\d{2,})\.\d/, '$1')}/s` : '';
  if (total === undefined) return `image ${bytesText(done)}${speed}`;
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  const [size = '', unit = ''] = bytesText(total).split(' ');
  const scale = Number(size) === 0 ? 1 : total / Number(size);
  const left = rate > 0 ? ` ${timeText((total - done) / rate)} left` : '';
  const shown = unit === 'bytes' ? String(done) : (done / scale).toFixed(1);
  return `image ${String(percent)}% ${shown}/${size} ${unit}${speed}${left}`;
}

interface Step {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

function teller({ clock, logger, reporter }: Tellers): (step: Step, text: () => string) => void {
  let told = Number.NEGATIVE_INFINITY;
  let logged = Number.NEGATIVE_INFINITY;
  let isOver = false;
  return (step, text) => {
    const now = clock.monotonic();
    const ends = step.total > 0 && step.done >= step.total;
    if (isOver || (!ends && now - told < INTERVAL_MS)) return;
    told = now;
    isOver = ends;
    const words = text();
    reporter.progress(words);
    if (ends || now - logged >= LOG_INTERVAL_MS) {
      logged = now;
      logger.info({ progress: step }, words);
    }
  };
}

/** `0:07`, `12:30`, `1:02:03`. */
function timeText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(rest)}` : `${String(minutes)}:${two(rest)}`;
}
