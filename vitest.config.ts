// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { defineConfig, type TestUserConfig } from 'vitest/config';

const shared: TestUserConfig = {
  environment: 'node',
  pool: 'forks',
  globals: false,
  retry: 0,
  // Fakes and spies never outlive the test that made them.
  restoreMocks: true,
  setupFiles: ['./tools/vitest/setup.ts'],
};

const CLUSTER = 'tools/e2e/test/cluster/**';

// Real jobs on a real cluster, whose programs and images take minutes to build: `npm run test:cluster` has them ready.
const cluster = {
  test: {
    ...shared,
    name: 'cluster',
    include: [`${CLUSTER}/*.test.ts`],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    // A test left out by accident is a failure, on every machine and not only in CI.
    allowOnly: false,
    reporters: ['default', './tools/vitest/summary.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['libs/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts'],
          exclude: ['tools/e2e/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'component',
          include: ['apps/*/test/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          // The whole pair with a real sshd: kills, waits for heartbeats to stop, stand-ins that poll.
          name: 'end-to-end',
          include: ['tools/e2e/test/**/*.test.ts'],
          exclude: [CLUSTER],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...(process.env['IMS_TEST_CLUSTER'] === undefined ? [] : [cluster]),
    ],
  },
});
