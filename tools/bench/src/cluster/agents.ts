// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Several hundred agents in one process, as far as Kubernetes sees them: the real reporter and its real client for each.

import { readFileSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';
import { setTimeout } from 'node:timers/promises';

import { createPodReporter } from '@ims/kube';
import { silentLogger } from '@ims/runtime';
import { tellOrdinaryJob } from './ordinary-job.ts';
import type { ToldPod } from './told-pods.ts';

const [file = '', seconds = '60'] = process.argv.slice(2);
const pods = JSON.parse(readFileSync(file, 'utf8')) as readonly ToldPod[];

const began = new WeakMap<object, number>();
const patches: number[] = [];
let warnings = 0;
interface Told {
  readonly request: { readonly method: string };
}
subscribe('http.client.request.start', (told) => {
  began.set((told as Told).request, performance.now());
});
subscribe('http.client.response.finish', (told) => {
  const { request } = told as Told;
  if (request.method === 'PATCH') patches.push(performance.now() - (began.get(request) ?? 0));
});

const logger = { ...silentLogger, warn: () => void (warnings += 1) };
await Promise.all(
  pods.map(async ({ job, place }) => {
    // A thousand jobs begin within the first third of the run.
    await setTimeout((Math.random() * Number(seconds) * 1000) / 3);
    await using reporter = createPodReporter({ place, logger });
    await tellOrdinaryJob(reporter, job, (Number(seconds) * 2) / 3);
  }),
);
console.log(JSON.stringify({ patches, warnings }));
