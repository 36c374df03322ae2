// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS, type ArtifactName, type JobStatus } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { createFakeBoard, createFakeClock, createFakePeer, recordingLogger } from '@ims/testing';
import type { FakeBoard } from '@ims/testing';

import {
  runExport,
  type EarlierStatus,
  type ExportPorts,
  type ExportSettings,
  type ExportState,
  type JournalEntry,
} from '../../src/index.ts';

/** All that outlives an agent: the volume, the store and the image records. */
export interface World {
  readonly board: FakeBoard;
  readonly journal: JournalEntry[];
  /** `<image id>/<key>` to how often it was stored. */
  readonly objects: Map<string, number>;
  /** Image id to its manifest, `undefined` while it is not linked. */
  readonly records: Map<string, string | undefined>;
  /** How many records there ever were: an id is never given twice. */
  created: number;
  readonly statuses: JobStatus[];
  readonly did: string[];
  archive: number | undefined;
}

/** A world in which nothing has happened yet. */
export function newWorld(): World {
  return {
    board: createFakeBoard(),
    journal: [],
    objects: new Map(),
    records: new Map(),
    created: 0,
    statuses: [],
    did: [],
    archive: undefined,
  };
}

export const JOB = '0a1b2c3d-0000-4000-8000-00000000abcd';

const SETTINGS: ExportSettings = {
  jobId: JOB,
  imageName: 'cos',
  action: 'customize',
  goal: 'published',
  debug: false,
  onInvalid: 'auto',
  flags: { complete: '/tmp/complete', failed: '/tmp/failed' },
  peerTimeoutMs: 600_000,
};

/** Called around every effect; one that never resolves is a kill -9. */
export type Around = (what: string) => Promise<void>;

/** The ports of an agent in this world, where everything works. */
export function portsOf(world: World, around: Around = () => Promise.resolve()): ExportPorts {
  const effect = async <T>(what: string, work: () => T): Promise<T> => {
    await around(`before ${what}`);
    const result = work();
    world.did.push(what);
    await around(`after ${what}`);
    return result;
  };
  const { board } = world;
  return {
    board: {
      ...board,
      read: (name) => board.read(name),
      until: async (evaluate, signal) => await board.until(evaluate, signal),
      post: async (name, note) => {
        await effect(`post ${name}`, () => undefined);
        await board.post(name, note);
      },
      clear: async (name) => {
        await effect(`clear ${name}`, () => undefined);
        await board.clear(name);
      },
    },
    peer: createFakePeer(),
    clock: createFakeClock(),
    logger: recordingLogger(),
    reporter: {
      report: (status) => void world.statuses.push(status),
      progress: () => undefined,
      flush: () => Promise.resolve(),
    },
    journal: {
      entries: () => Promise.resolve([...world.journal]),
      append: (entry) => effect(`journal ${entry.step}`, () => void world.journal.push(entry)),
    },
    inspector: { inspect: () => Promise.resolve([]) },
    ...stageOf(effect),
    ...publishingOf(world, effect),
  };
}

type Effect = <T>(what: string, work: () => T) => Promise<T>;

function stageOf(effect: Effect): Pick<ExportPorts, 'stage'> {
  const step = (what: string) => () => effect(what, () => undefined);
  return {
    stage: {
      check: () => Promise.resolve(),
      injectCertificates: step('inject CA'),
      setUp: step('set up'),
      clearStaleFlags: step('clear stale flags'),
      restore: step('restore'),
      bannerAnswers: () => Promise.resolve(true),
      sshIsThere: () => Promise.resolve(true),
    },
  };
}

function publishingOf(world: World, effect: Effect): Pick<ExportPorts, 'packer' | 'artifacts' | 'store' | 'registry'> {
  const store = (key: string): void => void world.objects.set(key, (world.objects.get(key) ?? 0) + 1);
  const SIZE = 10;
  return {
    packer: {
      pack: () =>
        effect('pack', () => {
          world.archive = SIZE;
          return { size: SIZE, inputSize: 20, compression: 'zstd' };
        }),
    },
    artifacts: {
      isArchiveIntact: ({ size }) => Promise.resolve(world.archive === size),
      open: (name) =>
        Promise.resolve(
          name === 'boot_parameters' ? undefined : { name, size: SIZE, stream, close: () => Promise.resolve() },
        ),
    },
    store: {
      linkType: 'file',
      prepare: () => Promise.resolve(),
      put: ({ imageId }, { name }) =>
        effect(`put ${name}`, () => {
          store(`${imageId}/${name}`);
          return stored(imageId, name);
        }),
      putManifest: ({ imageId }) =>
        effect('put manifest', () => {
          store(`${imageId}/manifest.json`);
          return { path: `/${imageId}/manifest.json`, etag: 'e' };
        }),
      discard: ({ imageId }) =>
        effect('discard', () => {
          for (const key of world.objects.keys()) if (key.startsWith(`${imageId}/`)) world.objects.delete(key);
        }),
    },
    registry: registryOf(world, effect),
  };
}

/** As IMS does it: a record is found again by its job, one that is gone cannot be linked, a linked one stays. */
function registryOf(world: World, effect: Effect): ExportPorts['registry'] {
  const { records } = world;
  return {
    create: () =>
      effect('create record', () => {
        const [held] = records.keys();
        if (held !== undefined) return held;
        world.created += 1;
        const id = `image-${String(world.created)}`;
        records.set(id, undefined);
        return id;
      }),
    link: ({ imageId }, { path }) =>
      effect('link', () => {
        if (!records.has(imageId)) throw new Failure('ImsRefused', `there is no image ${imageId}`);
        records.set(imageId, path);
      }),
    announce: () => effect('announce', () => undefined),
    withdraw: ({ imageId }) =>
      effect('withdraw', () => {
        if (records.get(imageId) !== undefined) return false;
        records.delete(imageId);
        return true;
      }),
  };
}

async function* stream(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new Uint8Array(10));
}

function stored(imageId: string, name: ArtifactName): Awaited<ReturnType<ExportPorts['store']['put']>> {
  return { name, type: ARTIFACTS[name].mime, path: `/${imageId}/${name}`, size: 10, md5: 'm', sha256: 's', etag: 'e' };
}

/** How an agent differs from one for which everything works. */
export interface RunOptions {
  readonly settings?: Partial<ExportSettings>;
  /** Ports that differ; a function gets those that work. */
  readonly ports?: Partial<ExportPorts> | ((working: ExportPorts) => Partial<ExportPorts>);
  readonly around?: Around;
  readonly signal?: AbortSignal;
  readonly earlier?: EarlierStatus;
}

/** Runs an agent in the world to its end. */
export async function runIn(world: World, run: RunOptions = {}): Promise<ExportState> {
  const working = portsOf(world, run.around);
  return await runExport({
    settings: { ...SETTINGS, ...run.settings },
    ports: { ...working, ...(typeof run.ports === 'function' ? run.ports(working) : run.ports) },
    signal: run.signal ?? new AbortController().signal,
    earlier: run.earlier,
  });
}

/** Runs to the effect of that number, where the agent stops for ever, or to its end when that comes first. */
export async function killAt(world: World, point: number, run: Omit<RunOptions, 'around'>): Promise<void> {
  let count = 0;
  await new Promise<void>((resolve) => {
    const around = async (): Promise<void> => {
      count += 1;
      if (count <= point) return;
      resolve();
      await new Promise(() => undefined);
    };
    void runIn(world, { ...run, around }).then(() => {
      resolve();
    });
  });
}

/** Plays a sshd container that is not ours: as soon as ready is there its user is done. */
export function referenceEnds(world: World): void {
  const { board } = world;
  void board
    .until(
      async () => ((await board.read('ready')).kind === 'present' ? true : undefined),
      new AbortController().signal,
    )
    .then(() => {
      board.put('exiting');
    });
}

/** Ports of an agent whose store refuses one artifact for good. */
export function refusing(refused: ArtifactName): (working: ExportPorts) => Partial<ExportPorts> {
  return ({ store }) => ({
    store: {
      ...store,
      put: async (image, source, options) => {
        if (source.name === refused) throw new Failure('StoreRefused', `no right to write ${refused}`);
        return await store.put(image, source, options);
      },
    },
  });
}
