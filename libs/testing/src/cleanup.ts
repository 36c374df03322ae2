// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What is to be undone after the test, the last thing first. */
const undo: (() => Promise<void> | void)[] = [];

/** Registers something to be undone by {@link cleanUp}. */
export function onCleanup(action: () => Promise<void> | void): void {
  undo.push(action);
}

/**
 * Undoes everything that was registered, in reverse order, also when some of it fails.
 *
 * @example
 * afterEach(cleanUp);
 */
export async function cleanUp(): Promise<void> {
  const errors: unknown[] = [];
  for (let action = undo.pop(); action !== undefined; action = undo.pop()) {
    try {
      await action();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `cleaning up after the test failed: ${errors.map(String).join('; ')}`);
}
