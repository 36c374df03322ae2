// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';

import { grantFor } from '../src/rights.ts';

const refused = (user: string, where = 'in the namespace "ims"'): string =>
  `Error from server (Forbidden): pods is forbidden: User "${user}" cannot list resource "pods" in API group "" ${where}`;

describe('what grants a right that is missing', () => {
  it.each([
    ['alice@example.com', 'ims-user-alice-example-com --role ims-user --user alice@example.com'],
    ['system:serviceaccount:cfs:runner', 'ims-user-runner --role ims-user --serviceaccount cfs:runner'],
    ["o'hara; id", String.raw`ims-user-o-hara-id --role ims-user --user 'o'\''hara; id'`],
  ])('is a command for %s', (user, command) => {
    expect(grantFor(refused(user))).toBe(`kubectl --namespace ims create rolebinding ${command}`);
  });

  it.each([refused('alice', 'at the cluster scope'), 'forbidden', ''])('is left to the administrator: %s', (said) => {
    expect(grantFor(said)).toBeUndefined();
  });
});
