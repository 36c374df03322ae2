// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** The rate is that of this time, in milliseconds, so that it follows a network that slows down. */
const WINDOW_MS = 10_000;

/** A rate over a shorter time than this, in milliseconds, says nothing. */
const SHORTEST_MS = 250;

/** No more than one sample in so many milliseconds is kept: a fast transfer reports thousands. */
const GRAIN_MS = 100;

/** Takes how much is done at an instant; gives how much is done in a second, undefined while nobody can tell. */
export type Rate = (atMs: number, done: number) => number | undefined;

/** Makes a rate. What was done before its first sample, by an earlier start of the agent, does not count. */
export function createRate(): Rate {
  const samples: { readonly at: number; readonly done: number }[] = [];
  return (at, done) => {
    const newest = samples.at(-1);
    if (newest === undefined || at - newest.at >= GRAIN_MS) samples.push({ at, done });
    while (samples.length > 1 && at - (samples[0]?.at ?? at) > WINDOW_MS) samples.shift();
    const oldest = samples[0];
    if (oldest === undefined || at - oldest.at < SHORTEST_MS) return undefined;
    // A part that is sent again takes the count back.
    return (1000 * Math.max(0, done - oldest.done)) / (at - oldest.at);
  };
}
