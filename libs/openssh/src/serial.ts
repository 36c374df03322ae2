// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** Runs pieces of work one after the other, in the order in which they came. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a queue of one. */
export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve();
  return async (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return await turn;
  };
}
