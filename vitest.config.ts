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
/** They take parts of the cluster away from everybody on it. */
const OUTAGES = `${CLUSTER}/*.outage.test.ts`;

/** Real jobs on a real cluster, which the first suite builds and starts, and the end of the run takes down. */
const onCluster: TestUserConfig = {
  ...shared,
  globalSetup: ['./tools/e2e/test/cluster/run.ts'],
  // What kubectl and helm learn of a cluster of tests is nothing for the home of whoever runs them.
  env: { KUBECACHEDIR: '/var/lib/ims-test/kubectl-cache' },
  testTimeout: 300_000,
  hookTimeout: 300_000,
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
      // After all others: they wait more than they work, and the build of a cluster would disturb those that measure.
      {
        test: {
          ...onCluster,
          name: 'cluster',
          include: [`${CLUSTER}/*.test.ts`],
          exclude: [OUTAGES],
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...onCluster,
          name: 'cluster-outage',
          include: [OUTAGES],
          // One at a time, and after all others.
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
