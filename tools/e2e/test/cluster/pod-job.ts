// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';

import { KUBERNETES_PREFIX, type AnnotationName, type JobStatus, type Phase } from '@ims/contract';
import { eventually, onCleanup, removeTree } from '@ims/testing';

import type { Values } from '../charts/charts.ts';
import { customize } from '../charts/job-object.ts';
import { clientOptions, liveClient, runClient, type LiveLogin, type Said } from '../support/client.ts';
import type { Job } from '../support/job.ts';
import type { World } from '../support/world.ts';
import type { Bench } from './bench.ts';
import { selectorOf, standingOf, tellWhenFailed } from './standing.ts';
import type { SeenEvent, SeenJob, SeenPod } from './seen.ts';

/** Small enough for two jobs on two cores beside everything else. */
const RESOURCES = { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '1Gi' } };

/** A job of the real pair, as its user and its operator see it through kubectl. */
export interface PodJob {
  readonly name: string;
  /** What helm has said to whoever installed it. */
  readonly said: string;
  /** The claim on this machine: P of the contract. */
  readonly directory: string;
  readonly pods: () => Promise<readonly SeenPod[]>;
  /** The pod that is there; waits for one. */
  readonly pod: () => Promise<SeenPod>;
  /** Waits as `kubectl wait` does, and gives the pod. */
  readonly shellReady: () => Promise<SeenPod>;
  /** Logs in to the pod that is there, or without a look at the cluster to one that has been seen. */
  readonly ssh: (command: string, to?: SeenPod) => Promise<Said>;
  readonly sftp: (batch: string) => Promise<Said>;
  /** A login with a terminal that stays. */
  readonly login: () => Promise<LiveLogin>;
  /** What lies on the claim. */
  readonly status: () => Promise<JobStatus>;
  /** Waits until what lies on the claim says this phase. */
  readonly reached: (phase: Phase) => Promise<JobStatus>;
  readonly events: () => Promise<readonly SeenEvent[]>;
  /** Waits for such an end, and gives the reason that the Job has for it. */
  readonly ended: (how: 'Complete' | 'Failed') => Promise<string | undefined>;
  /** What goes on with the claim as another release. */
  readonly asRelease: (name: string) => PodJob;
}

/** What a job is made of. */
export interface PodJobOptions {
  readonly world: World;
  /** Of the world: its id, its user's key. */
  readonly job: Job;
  /** Sections of the chart's values. */
  readonly values: Readonly<Record<string, Values>>;
  /** A claim that is full when it holds so much; as large as the machine's disk when left out. */
  readonly room?: string;
  /** Changes the claim before there is a pod. */
  readonly fill?: (directory: string) => Promise<void>;
}

/** Installs the chart on a volume of its own; both go with the test. */
export async function startPodJob(bench: Bench, options: PodJobOptions): Promise<PodJob> {
  const { namespace } = bench;
  const name = `job-${options.job.id.slice(0, 8)}`;
  const directory = await makeVolume(bench, name, options.room);
  await options.fill?.(directory);
  await makeSecrets(bench, options.world, name);
  onCleanup(async () => {
    await namespace.uninstall(name);
    await namespace.kubectl(['wait', 'pod', '--for=delete', '--timeout=90s', '--selector', selectorOf(name)]);
  });
  const said = await namespace.install('ims-job', { name, values: await valuesOf(bench, name, options) });
  const found = podJobOf(bench, { name, said, directory, key: options.job.key });
  tellWhenFailed(namespace, name);
  return found;
}

/** Makes a volume for a claim, which goes with the test; says where its files lie on this machine. */
export async function makeVolume(
  { namespace, ground }: Pick<Bench, 'namespace' | 'ground'>,
  name: string,
  room?: string,
): Promise<string> {
  const volume = `${namespace.name}-${name}`;
  const backing = room === undefined ? 'directory' : 'memory';
  const directory = await ground.volume({ name: volume, size: room ?? '1Gi', backing });
  onCleanup(async () => {
    await namespace.kubectl(['delete', 'persistentvolume', volume, '--wait=false']);
    await removeTree(directory);
  });
  return directory;
}

async function makeSecrets({ namespace }: Bench, { agentEnv }: World, name: string): Promise<void> {
  const s3 = {
    access_key: agentEnv['S3_ACCESS_KEY'] ?? '',
    secret_key: agentEnv['S3_SECRET_KEY'] ?? '',
    s3_endpoint: agentEnv['S3_ENDPOINT'] ?? '',
  };
  const literals = Object.entries(s3).map(([key, value]) => `--from-literal=${key}=${value}`);
  await namespace.kubectl(['create', 'secret', 'generic', `${name}-s3`, ...literals]);
  const files = `--from-file=${agentEnv['OAUTH_CONFIG_DIR'] ?? ''}`;
  await namespace.kubectl(['create', 'secret', 'generic', `${name}-oauth`, files]);
}

async function valuesOf(
  bench: Bench,
  name: string,
  { world, job, values, room = '1Gi' }: PodJobOptions,
): Promise<Values> {
  const { IMS_URL: url = '', S3_BUCKET: bucket = '', ...agentEnv } = world.agentEnv;
  const patience = Object.entries(agentEnv).filter(([variable]) => /_TIMEOUT$|_TRANSPORT$/.test(variable));
  const env = values['env'] ?? {};
  const all = customize({
    ...values,
    job: { id: job.id, ...values['job'] },
    result: { name: 'an image' },
    ssh: { publicKey: await readFile(`${job.key}.pub`, 'utf8') },
    claim: { volume: `${bench.namespace.name}-${name}`, storageClass: '-', size: room },
    images: { ...bench.images },
    ims: { url, oauthSecret: `${name}-oauth` },
    store: { bucket, secret: `${name}-s3` },
    resources: { prepare: RESOURCES, agent: RESOURCES, sshd: RESOURCES },
    env: { ...env, agent: { ...Object.fromEntries(patience), ...(env['agent'] as Values | undefined) } },
  });
  return all;
}

function podJobOf(bench: Bench, given: Pick<PodJob, 'name' | 'said' | 'directory'> & { readonly key: string }): PodJob {
  const { namespace } = bench;
  const { name, said, directory, key } = given;
  const { kubectl } = namespace;
  const json = async <T>(...args: readonly string[]): Promise<T> =>
    JSON.parse(await kubectl(['get', ...args, '--output', 'json'])) as T;
  const pods = async (): Promise<readonly SeenPod[]> =>
    (await json<{ items: SeenPod[] }>('pods', '--selector', selectorOf(name), '--sort-by=.metadata.creationTimestamp'))
      .items;
  const pod = async (): Promise<SeenPod> => await eventually(async () => (await pods()).at(-1));
  const clientArguments = async (options: readonly string[], to?: SeenPod): Promise<string[]> => {
    const at = to ?? (await pod());
    const address = at.status.podIP ?? '';
    const knownHosts = `${key}.known_hosts`;
    await writeFile(knownHosts, `${address} ${annotationOf(at, 'ssh-host-key') ?? ''}\n`);
    // The first value that ssh is given for an option holds.
    const pinned = ['-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${knownHosts}`];
    return [...pinned, ...clientOptions({ port: 22, key }), ...options, address];
  };
  const waitFor = async (what: string, condition: string, atMost: string): Promise<void> => {
    await kubectl(['wait', what, `--for=${condition}`, `--timeout=${atMost}`]).catch(async (error: unknown) => {
      throw new Error(`${String(error)}${await standingOf(namespace, name)}`, { cause: error });
    });
  };
  const status = async (): Promise<JobStatus> =>
    await eventually(async () => {
      const text = await readFile(`${directory}/.ims/status.json`, 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as JobStatus);
    });
  return {
    name,
    said,
    directory,
    pods,
    pod,
    shellReady: async () => {
      const { metadata } = await pod();
      await waitFor(`pod/${metadata.name}`, `condition=${KUBERNETES_PREFIX}ShellReady`, '180s');
      return await pod();
    },
    ssh: async (command, to) => await runClient('ssh', [...(await clientArguments([], to)), command]),
    sftp: async (batch) => await runClient('sftp', await clientArguments(['-b', '-']), batch),
    login: async () => liveClient('ssh', await clientArguments(['-tt'])),
    status,
    reached: async (phase) =>
      await eventually(async () => {
        const now = await status();
        return now.phase === phase ? now : undefined;
      }),
    events: async () => {
      const { metadata } = await pod();
      const ours = `regarding.name=${metadata.name},reportingController=${KUBERNETES_PREFIX}agent`;
      const { items } = await json<{ items: SeenEvent[] }>('events.v1.events.k8s.io', '--field-selector', ours);
      return items.toSorted((one, other) => one.eventTime.localeCompare(other.eventTime));
    },
    ended: async (how) => {
      await waitFor(`job/${name}`, `condition=${how}`, '240s');
      const job = await json<SeenJob>('job', name);
      return job.status.conditions?.find((condition) => condition.type === how)?.reason;
    },
    asRelease: (release) => podJobOf(bench, { ...given, name: release }),
  };
}

/** An annotation of ours. */
export function annotationOf({ metadata }: SeenPod, name: AnnotationName): string | undefined {
  return metadata.annotations[`${KUBERNETES_PREFIX}${name}`];
}
