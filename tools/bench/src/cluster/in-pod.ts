// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { loadPair, type PairImages } from '@ims/cluster';
import { judge, median, type Figure } from '../figure.ts';
import { makeJob } from '../job.ts';
import { memoryOf } from '../proc.ts';
import { startSite, type Site } from '../site.ts';
import type { Change } from './api.ts';
import { firstProcess, startOf } from './container-process.ts';
import { openPlace, type Place } from './place.ts';
import { PHASE, type PodSeen } from './writes.ts';

const SETTLE_MS = 10_000;
const PATIENCE_MS = 60_000;

/** 90 MB in MiB. */
const LIMIT_MIB = 85.8;

/** One job in a pod, as far as it is measured. */
interface Stay {
  /** From the start of the agent's container to its first annotation in the hands of a watcher, in milliseconds. */
  readonly firstMs: number;
  readonly rss: number;
  readonly floorRss: number;
}

/** The agent in the container that ships, beside a bare Node in the same image. */
export async function measureInPod(rounds: number): Promise<Figure[]> {
  const place = await openPlace();
  const images = await loadPair(place.own);
  const site = await startSite({ host: place.own.hostAddress });
  const stays: Stay[] = [];
  for (let round = 0; round < rounds; round++) stays.push(await stay(place, { images, site, round }));
  const of = (pick: (stay: Stay) => number): number => median(stays.map(pick));
  return [
    judge({
      name: 'start of the container → first annotation, p50',
      value: of(({ firstMs }) => firstMs),
      unit: 'ms',
      samples: rounds,
      target: { kind: 'at most', value: 700, of: 'value' },
    }),
    judge({
      name: 'ims-agent idle in a pod, resident memory, p50',
      value: of(({ rss }) => rss),
      unit: 'MiB',
      samples: rounds,
      floor: { name: 'node with a timer, same image', value: of(({ floorRss }) => floorRss) },
      target: { kind: 'at most', value: LIMIT_MIB, of: 'value' },
    }),
  ];
}

async function stay(
  place: Place,
  { images, site, round }: { readonly images: PairImages; readonly site: Site; readonly round: number },
): Promise<Stay> {
  const { api, namespace } = place;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const name = `stay-${String(round)}`;
  let told: (change: Change<PodSeen>) => void = () => undefined;
  const watch = await api.watch<PodSeen>(pods, (change) => {
    if (change.object.metadata.name === name) told(change);
  });
  const reached = async (phase?: string): Promise<Change<PodSeen>> =>
    await new Promise((resolve, reject) => {
      const late = globalThis.setTimeout(() => {
        reject(new Error(`${name} does not say ${phase ?? 'any phase'} within ${String(PATIENCE_MS / 1000)} s`));
      }, PATIENCE_MS);
      told = (change) => {
        const said = change.object.metadata.annotations?.[PHASE];
        if (said === undefined || (phase !== undefined && said !== phase)) return;
        clearTimeout(late);
        resolve(change);
      };
    });
  const first = reached();
  await api.call('POST', pods, await podOf(name, { images, site }));
  const { at, object } = await first;
  await reached('WaitingOnUser');
  await setTimeout(SETTLE_MS);
  const { uid } = object.metadata;
  const agent = firstProcess(uid, 'ims-agent');
  const found = {
    firstMs: at - startOf(agent.container),
    rss: memoryOf(agent.program).rss,
    floorRss: memoryOf(firstProcess(uid, 'setInterval').program).rss,
  };
  const gone = new Promise<void>((resolve) => {
    told = (change) => {
      if (change.type === 'DELETED') resolve();
    };
  });
  await api.call('DELETE', `${pods}/${name}?gracePeriodSeconds=1`);
  // Until then its programs write to the volume, which is taken away at the end.
  await gone;
  watch.stop();
  return found;
}

/** Both containers of a job on one directory of this machine, and a Node that does nothing. */
async function podOf(
  name: string,
  { images, site }: { readonly images: PairImages; readonly site: Site },
): Promise<object> {
  const job = await makeJob({ jailed: false });
  const { id } = site.ims.addJob();
  const shared = { name: 'job', mountPath: dirname(job.volume.parent) };
  const oauth = { name: 'oauth', mountPath: site.imsEnv['OAUTH_CONFIG_DIR'] ?? '' };
  const usual = { imagePullPolicy: 'Never', volumeMounts: [shared, oauth], securityContext: { privileged: true } };
  const rows = (env: Readonly<Record<string, string>>): object[] =>
    Object.entries({ ...env, IMS_JOB_ID: id }).map(([key, value]) => ({ name: key, value }));
  const agentImage = `${images.agent.repository}:${images.agent.tag}`;
  return {
    metadata: { name },
    spec: {
      serviceAccountName: 'ims-agent',
      automountServiceAccountToken: true,
      restartPolicy: 'Never',
      volumes: [shared, oauth].map((mount) => ({ name: mount.name, hostPath: { path: mount.mountPath } })),
      containers: [
        {
          ...usual,
          name: 'agent',
          image: agentImage,
          args: ['run'],
          env: rows({ ...job.agentEnv, ...site.storeEnv, ...site.imsEnv }),
        },
        {
          ...usual,
          name: 'sshd',
          image: `${images.sshd.repository}:${images.sshd.tag}`,
          command: ['tini', '--', 'ims-sshd', 'run'],
          env: rows(job.sshdEnv),
        },
        {
          name: 'bare',
          image: agentImage,
          imagePullPolicy: 'Never',
          // When the start that is measured is over.
          command: ['sh', '-c', "sleep 5; exec node -e 'setInterval(() => {}, 1000)'"],
        },
      ],
    },
  };
}
