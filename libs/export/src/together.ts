// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * Does a step for each of several at once. When one fails the others are aborted and waited for, and what failed
 * first is thrown.
 */
export async function together<T, R>(
  items: readonly T[],
  signal: AbortSignal,
  step: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const siblings = new AbortController();
  const either = AbortSignal.any([signal, siblings.signal]);
  const running = items.map(async (item) => {
    try {
      return await step(item, either);
    } catch (error) {
      siblings.abort(error);
      throw error;
    }
  });
  const ends = await Promise.allSettled(running);
  if (siblings.signal.aborted) throw siblings.signal.reason;
  return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
}
