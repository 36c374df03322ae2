// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { exitCodeAsked } from '../src/index.ts';

const DROP_IN = { IMS_EXIT_CODES: 'drop-in', IMS_ACTION: 'customize' };

describe('the exit code', () => {
  it.each([0, 1, 2, 10, 34, 143])('%i is that of the table when nothing else is asked for', (code) => {
    expect(exitCodeAsked({ program: 'ims-agent', code, env: { IMS_ACTION: 'customize' } })).toBe(code);
    expect(exitCodeAsked({ program: 'ims-agent', code, env: { IMS_EXIT_CODES: 'own' } })).toBe(code);
  });

  it.each([
    ['a published image', 0, 0],
    ['what the user marked as failed', 10, 0],
    ['a build that failed', 11, 1],
    ['a kernel that is missing', 30, 1],
    ['a store that refuses', 43, 1],
    ['an IMS that is away', 51, 1],
    ['SIGTERM', 143, 143],
    ['SIGKILL', 137, 137],
  ])('of the agent as a drop-in for %s (%i) is %i', (_end, code, told) => {
    expect(exitCodeAsked({ program: 'ims-agent', code, env: DROP_IN })).toBe(told);
  });

  it('of sshd as a drop-in for a kernel that is missing is 0, since the agent has found it; a lost agent is 1', () => {
    expect(exitCodeAsked({ program: 'ims-sshd', code: 30, env: DROP_IN })).toBe(0);
    expect(exitCodeAsked({ program: 'ims-sshd', code: 21, env: DROP_IN })).toBe(1);
  });

  it('as a drop-in for an action that nobody knows is 1 for the agent, and 0 for sshd, which leaves it to the agent', () => {
    for (const IMS_ACTION of ['Customize', undefined]) {
      const env = { IMS_EXIT_CODES: 'drop-in', IMS_ACTION };
      expect(exitCodeAsked({ program: 'ims-agent', code: 2, env })).toBe(1);
      expect(exitCodeAsked({ program: 'ims-sshd', code: 2, env })).toBe(0);
    }
    expect(exitCodeAsked({ program: 'ims-sshd', code: 2, env: DROP_IN })).toBe(1);
  });
});
