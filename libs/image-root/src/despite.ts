// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Attributes } from './attributes.ts';
import { codeOf } from './errno.ts';
import { toBytes } from './bytes.ts';
import { pinPath, type Pin } from './pin.ts';

/** A pinned directory, and the names in it whose attributes may stand in the way; `.` is the directory itself. */
export interface Obstacles {
  readonly directory: Pin;
  /** Byte strings; asked for only when something stands in the way. */
  readonly names: () => Promise<readonly string[]>;
}

/**
 * Does work on entries of a directory, and does it again when attributes of these entries forbade it and could be
 * taken off. The work must be one that may be begun again. Without `attributes` it is done once.
 *
 * @throws Failure as {@link Attributes.lift} does; what the work throws
 */
export async function despiteAttributes<T>(
  attributes: Attributes | undefined,
  { directory, names }: Obstacles,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The only code of a call that meets one of the two (chattr(1)).
    if (attributes === undefined || codeOf(error) !== 'EPERM') throw error;
    if (!(await attributes.lift(directory, await names()))) throw error;
    return await work();
  }
}

/** Takes attributes off a directory and a name in it, for code that knows no pins; tells whether there was one. */
export function unlockWith(attributes: Attributes): (directory: string, name: string) => Promise<boolean> {
  return async (directory, name) => {
    await using pin = await pinPath(`${directory}/.`);
    return await attributes.lift(pin, ['.', toBytes(name)]);
  };
}
