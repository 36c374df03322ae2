// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { cleanUp, runProgram } from '@ims/testing';
import { afterAll, expect, test } from 'vitest';

import { startPair } from '../support/pair.ts';
import { isOpen, workAndComplete } from './kill-and-restart.ts';
import { everythingSaid, expectPublishedOnce } from './outcome.ts';

afterAll(cleanUp, 60_000);

test('H3 a second agent on a volume is refused, and the first goes on undisturbed', { timeout: 120_000 }, async () => {
  const pair = await startPair({ jailed: true });
  await isOpen(pair);
  const second = await runProgram({ app: 'agent', args: ['resume'], env: pair.job.agentEnv });
  expect(second.end.code, second.stdout).toBe(2);
  expect(second.stdout + second.stderr).toContain('another agent works on this volume');
  await workAndComplete(pair);
  expect(await pair.ends(), everythingSaid(pair)).toEqual({ agent: 0, sshd: 0 });
  await expectPublishedOnce(pair);
});
