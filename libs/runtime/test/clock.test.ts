// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { expect, it } from 'vitest';

import { systemClock } from '../src/index.ts';

it("a sleep that is aborted ends with the signal's own reason", async () => {
  const stop = new AbortController();
  const reason = new Error('SIGTERM');
  const slept = systemClock.sleep(60_000, stop.signal);
  stop.abort(reason);
  await expect(slept).rejects.toBe(reason);
});
