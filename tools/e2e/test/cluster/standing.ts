// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { onCleanup } from '@ims/testing';
import { TestRunner } from 'vitest';

import type { Bench } from './bench.ts';

type Namespace = Pick<Bench['namespace'], 'kubectl'>;

/** What picks the pods of a job. */
export function selectorOf(name: string): string {
  return `batch.kubernetes.io/job-name=${name}`;
}

/** Where the pods of a job stand, in the few lines that fit into an error. */
export async function standingOf({ kubectl }: Namespace, name: string): Promise<string> {
  const pods = ['get', 'pods', '--output', 'wide', '--selector', selectorOf(name)];
  const newest = ['logs', '--all-containers', '--prefix', '--tail=3', '--selector', selectorOf(name)];
  const events = ['events', '--no-headers'];
  const told = await Promise.all([pods, events, newest].map(async (args) => await kubectl(args).catch(String)));
  const lines = told.flatMap((text) => text.split('\n'));
  return lines.filter((line) => line.includes(name)).join('\n');
}

/**
 * Prints all that somebody wants to see of a job when its test has failed, before what is registered for the clean-up so
 * far takes it away, which a listener for failures would come too late for.
 */
export function tellWhenFailed(namespace: Namespace, name: string): void {
  const test = TestRunner.getCurrentTest();
  onCleanup(async () => {
    if (test?.result?.state === 'fail') await tellAll(namespace, name);
  });
}

async function tellAll({ kubectl }: Namespace, name: string): Promise<void> {
  const pick = ['--selector', selectorOf(name)];
  for (const args of [
    ['describe', 'job', name],
    ['describe', 'pods', ...pick],
    ['logs', '--all-containers', '--prefix', '--tail=200', ...pick],
  ]) {
    console.error(await kubectl(args).catch(String));
  }
}
