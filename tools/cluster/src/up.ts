// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import { ask, nodeProblem } from './api.ts';
import { provideAuditPolicy } from './audit.ts';
import { provideBinaries } from './builds.ts';
import { provideSecrets } from './certificates.ts';
import { waitFor } from './commands.ts';
import { provideContainerdConfig } from './containerd.ts';
import { CONTROL_PLANE } from './control-plane.ts';
import { takeDown } from './down.ts';
import { noteHost, type Host } from './guests.ts';
import { ctr } from './images.ts';
import { rememberTunables } from './kernel.ts';
import { provideKubeconfigs } from './kubeconfig.ts';
import { provideKubeletConfig } from './kubelet.ts';
import type { Layout } from './layout.ts';
import { alone } from './lock.ts';
import { provideNetwork } from './network.ts';
import { daemonOf, PARTS, type Part } from './parts.ts';
import { providePauseImage } from './pause-image.ts';
import { expectRunning, pidOf, startDaemon } from './processes.ts';
import { step } from './progress.ts';
import { ELSEWHERE, refusal, thisHost } from './refusal.ts';

/**
 * Brings the cluster up, or what of it does not run, and ends when its node is ready.
 *
 * @param host who takes it down
 * @throws Error when this machine cannot have one, or a part does not come up
 */
export async function bringUp(layout: Layout, host: Host): Promise<void> {
  const refused = refusal(thisHost());
  if (refused !== undefined) throw new Error(`${refused}; ${ELSEWHERE}`);
  await alone(layout, async () => {
    // Suites that start at once wait here for one build, and do not all build.
    await provideBinaries(layout);
    if (await isStale(layout)) await step('cleared what a cluster before this one has left', () => takeDown(layout));
    const before = existsSync(layout.state) ? 'up' : 'down';
    await prepare(layout);
    await noteHost(layout, host, before);
    for (const part of CONTROL_PLANE) await startPart(layout, part);
    await startPart(layout, 'containerd');
    await ready(layout, 'containerd');
    await providePauseImage(layout);
    await startPart(layout, 'kubelet');
    await ready(layout, 'kubelet');
  });
}

/** Starts one part, unless it runs. The API server is waited for, since all the others end without it. */
export async function startPart(layout: Layout, part: Part): Promise<void> {
  await startDaemon(layout, await daemonOf(layout, part));
  if (part === 'kube-apiserver') await ready(layout, part);
}

async function prepare(layout: Layout): Promise<void> {
  await mkdir(layout.state, { recursive: true, mode: 0o755 });
  await rememberTunables(layout);
  await provideNetwork(layout);
  await provideSecrets(layout);
  await provideAuditPolicy(layout);
  await provideKubeconfigs(layout);
  await provideContainerdConfig(layout);
  await provideKubeletConfig(layout);
}

/** True when there is a state and nothing runs: what containers were before a reboot is of no use. */
async function isStale(layout: Layout): Promise<boolean> {
  if (!existsSync(layout.state)) return false;
  const pids = await Promise.all(PARTS.map((part) => pidOf(layout, part)));
  return pids.every((pid) => pid === undefined);
}

/** What each part that others wait for must answer, and for how long a loaded machine may take. */
const READINESS = {
  'kube-apiserver': { who: 'the API server', seconds: 120, missing: apiServerProblem },
  containerd: { who: 'containerd', seconds: 60, missing: containerdProblem },
  kubelet: { who: 'the node', seconds: 120, missing: nodeProblem },
} as const;

async function ready(layout: Layout, part: keyof typeof READINESS): Promise<void> {
  const { who, seconds, missing } = READINESS[part];
  // Each suite of a run asks for a cluster that is up: nothing is said then.
  if (await missing(layout).then(isUndefined, () => false)) return;
  const hopeless = async (): Promise<void> => await expectRunning(layout, part);
  const wait = { what: `${who} to be ready`, seconds, missing: () => missing(layout), hopeless };
  await step(`${who} is ready`, () => waitFor(wait));
}

const isUndefined = (value: unknown): boolean => value === undefined;

async function apiServerProblem(layout: Layout): Promise<string | undefined> {
  const { status, body } = await ask(layout, '/readyz');
  return status === 200 ? undefined : `it answered ${String(status)}: ${body.slice(0, 500)}`;
}

async function containerdProblem(layout: Layout): Promise<undefined> {
  await ctr(layout, 'version');
}
