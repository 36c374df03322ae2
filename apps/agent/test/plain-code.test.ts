// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cachedDataVersionTag } from 'node:v8';

import { expect, it } from 'vitest';

import { preferPlainCode } from '../src/plain-code.ts';

it('code that was compiled before is good again at the end of a program that preferred plain code', () => {
  const before = cachedDataVersionTag();
  const plain = preferPlainCode();
  expect(cachedDataVersionTag()).not.toBe(before);
  plain[Symbol.dispose]();
  expect(cachedDataVersionTag()).toBe(before);
});
