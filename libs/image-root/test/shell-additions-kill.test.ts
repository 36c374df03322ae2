// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { removeAdditions } from '../src/index.ts';
import { addForShell } from '../src/shell-additions.ts';
import { busybox, listing, placesOf } from './busybox.ts';
import { killedAt } from './kill.ts';

describe('what is added for the shell of a jail', () => {
  it('is removable whenever adding was killed', async () => {
    await using volume = await busybox();
    const places = await placesOf(volume);
    const before = await listing(volume);
    let at = 1;
    while (await killedAt(at, async () => await addForShell(places))) {
      await removeAdditions(places);
      expect(await listing(volume)).toBe(before);
      at += 7;
    }
    expect(at).toBeGreaterThan(20);
  });
});
