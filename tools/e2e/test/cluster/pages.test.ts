// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { startCluster, type Cluster } from '@ims/cluster';
import { cleanUp } from '@ims/testing';
import { afterEach, beforeAll, expect, it } from 'vitest';

import type { CommandBlock } from '../pages/support/blocks.ts';
import { sortPages } from '../pages/support/pages.ts';
import { follow } from '../pages/support/reader.ts';
import { openNewcomer, type Newcomer } from './newcomer.ts';
import { describeOnCluster, leftOut, OPENING_MS } from './suite.ts';

/** What a namespace of a small site may take. */
const QUOTA = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'small' },
  spec: { hard: { 'requests.storage': '20Gi', 'limits.cpu': '8', 'limits.memory': '8Gi' } },
};

const INSTALLING = 'docs/installing.md';
const KUBERNETES = 'docs/kubernetes.md';

/** Read by another suite, which has such a job. */
const ELSEWHERE = ['docs/when-it-fails.md'];

/** It builds images and programs, beside other suites. */
const LONGEST_MS = 15 * 60_000;

/** What is read when: a page and how a block on it begins, or what somebody else does meanwhile. */
const STEPS: readonly (readonly [page: string, begins: string] | ((newcomer: Newcomer) => Promise<unknown>))[] = [
  [INSTALLING, 'export REGISTRY'],
  [INSTALLING, 'npm run images'],
  [INSTALLING, 'kubectl create namespace'],
  async ({ kubectl, provide }) => {
    await kubectl(['create', '--filename', '-'], JSON.stringify(QUOTA));
    await provide('my-job-claim');
  },
  [INSTALLING, 'npm run build'],
  [INSTALLING, 'helm install my-job'],
  [INSTALLING, 'kubectl wait job/my-job --for=jsonpath'],
  ['README.md', 'kubectl wait pod'],
  [KUBERNETES, 'kubectl get pods -l ims.cray.com'],
  [KUBERNETES, 'kubectl wait pod'],
  [KUBERNETES, 'until kubectl wait'],
  [INSTALLING, 'kubectl ims ssh'],
  [KUBERNETES, 'kubectl wait job'],
  ['README.md', 'kubectl wait job'],
  [KUBERNETES, 'kubectl describe'],
  [KUBERNETES, 'kubectl get pods -l batch.kubernetes.io/job-name=my-job --sort-by'],
  [KUBERNETES, 'kubectl create rolebinding'],
  [INSTALLING, 'helm uninstall'],
  async ({ provide }) => await provide('my-ims-job-claim'),
  [INSTALLING, 'export IMS_URL'],
  finishWithIms,
  ['tools/cluster/README.md', 'export KUBECONFIG'],
];

/** Publishes what IMS knows of, as the page has shown for the job before. */
async function finishWithIms({ reader }: Newcomer): Promise<void> {
  const ran = await reader.session.run('kubectl ims complete my-ims-job && kubectl ims watch my-ims-job');
  expect(ran).toMatchObject({ code: 0, printed: expect.stringContaining('Succeeded') as string });
}

describeOnCluster('the pages about clusters', () => {
  let cluster: Cluster | undefined;

  beforeAll(async () => {
    cluster = await startCluster();
  }, OPENING_MS);

  afterEach(cleanUp, 120_000);

  it(
    'lead a newcomer with small quotas from a clone to a published image, and show what happens',
    async (context) => {
      const { own, kubeconfig = '' } = cluster ?? {};
      if (own === undefined)
        return context.skip(leftOut("the nodes of somebody's cluster cannot pull from a registry of this machine"));
      const newcomer = await openNewcomer(own, kubeconfig);
      let at = 'the first block';
      context.onTestFailed(() => {
        console.error(`The last that was read is ${at}`);
      });
      const unread = new Set(sortPages().cluster.filter(({ page }) => !ELSEWHERE.includes(page)));
      for (const step of STEPS) {
        if (typeof step === 'function') await step(newcomer);
        else
          for (const block of blocksAt(unread, step)) {
            at = `${block.page}:${String(block.line)}`;
            await follow(newcomer.reader, block);
            unread.delete(block);
          }
      }
      expect([...unread].map(({ page, line }) => `${page}:${String(line)}`)).toEqual([]);
      const published = (await newcomer.world.keys()).filter((key) => key.endsWith('/manifest.json'));
      expect(published).toHaveLength(2);
      expect(newcomer.world.ims.jobs()).toMatchObject([{ status: 'success' }]);
    },
    LONGEST_MS,
  );
});

function blocksAt(unread: ReadonlySet<CommandBlock>, [page, begins]: readonly [string, string]): CommandBlock[] {
  const found = [...unread].filter((block) => block.page === page && block.commands[0]?.text.startsWith(begins));
  if (found.length === 0) throw new Error(`no block of ${page} begins with ${begins}`);
  return found;
}
