// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { awsCli, startFaultProxy } from '@ims/testing';

import { judge, median, type Figure } from './figure.ts';
import { makePackedVolume, type PackedVolume } from './packed-volume.ts';
import { memoryPeakOf, writtenBy } from './proc.ts';
import { bundleOf, phase, start, type TimedProgram } from './program.ts';
import { emptyStore, startSite, type Site } from './site.ts';
import { inTurn, timed, writeBack } from './timing.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** 150 MB in MiB. */
const LIMIT_MIB = 143;

/** How far away the store is, in milliseconds from a request to its answer. */
const LATENCIES = [0, 20, 100] as const;

/** How often memory and disk are looked at, in milliseconds. */
const LOOK_MS = 100;

/** How fast a large archive gets into the store, and what the agent takes for an even larger one. */
export async function measureUploading(options: {
  readonly rounds: number;
  readonly fastGiB: number;
  readonly largeGiB: number;
}): Promise<Figure[]> {
  const site = await startSite();
  // A first run leaves the compiled code of the program.
  await upload(await makePackedVolume({ bytes: MIB, of: 'noise' }), site);
  const figures = [await measureRate(site, { ...options, how: '' })];
  for (const ms of LATENCIES) {
    await using far = await farSite(site, ms);
    figures.push(await measureRate(far, { ...options, how: ` through a proxy, ${String(ms)} ms away,` }));
  }
  return [...figures, ...(await measureLarge(site, options.largeGiB))];
}

/** The same site with a store whose answers take their time. */
async function farSite(site: Site, latencyMs: number): Promise<Site & AsyncDisposable> {
  const proxy = await startFaultProxy({ target: site.objects.endpoint, latencyMs });
  return {
    ...site,
    aws: await awsCli({ ...site.objects, endpoint: proxy.url }),
    storeEnv: { ...site.storeEnv, S3_ENDPOINT: proxy.url },
    [Symbol.asyncDispose]: async () => {
      await proxy.stop();
    },
  };
}

async function measureRate(
  site: Site,
  options: { readonly rounds: number; readonly fastGiB: number; readonly how: string },
): Promise<Figure> {
  const { rounds, fastGiB, how } = options;
  const packed = await makePackedVolume({ bytes: fastGiB * GIB, of: 'noise' });
  const { archive } = packed.volume.layout;
  const [ours, aws]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    await inTurn(round, [
      async () => {
        ours.push(await upload(packed, site));
      },
      async () => {
        await writeBack();
        const target = `s3://${site.objects.bucket}/rootfs`;
        aws.push(await timed(async () => await site.aws('s3', 'cp', '--only-show-errors', archive, target)));
        await emptyStore(site);
      },
    ]);
  }
  await packed.remove();
  const rate = (seconds: readonly number[]): number => (fastGiB * 1024) / median(seconds);
  return judge({
    name: `upload of ${String(fastGiB)} GiB${how} by ims-agent publish, p50`,
    value: rate(ours),
    unit: 'MiB/s',
    samples: rounds,
    floor: { name: 'AWS CLI', value: rate(aws) },
    target: { kind: 'at least', value: 1, of: 'ratio' },
  });
}

async function measureLarge(site: Site, size: number): Promise<Figure[]> {
  const packed = await makePackedVolume({ bytes: size * GIB, of: 'holes' });
  const peak = { memory: 0, written: 0 };
  await upload(packed, site, ({ pid }) => {
    peak.memory = Math.max(peak.memory, memoryPeakOf(pid));
    peak.written = Math.max(peak.written, writtenBy(pid));
  });
  const what = `upload of ${String(size)} GiB:`;
  return [
    judge({
      name: `${what} peak resident memory`,
      value: peak.memory,
      unit: 'MiB',
      samples: 1,
      target: { kind: 'at most', value: LIMIT_MIB, of: 'value' },
    }),
    judge({
      name: `${what} written to any disk by the agent`,
      value: peak.written,
      unit: 'MiB',
      samples: 1,
      target: { kind: 'at most', value: 4, of: 'value' },
    }),
  ];
}

/** Publishes what is packed, and gives the seconds from the start of the program to its end. */
async function upload(packed: PackedVolume, site: Site, look?: (agent: TimedProgram) => void): Promise<number> {
  await packed.reset();
  await writeBack();
  const { volume, env } = packed;
  const seconds = await timed(async () => {
    const agent = start(bundleOf('ims-agent'), ['publish', volume.parent], { ...env, ...site.storeEnv });
    if (look !== undefined) await watch(agent, look);
    const code = await agent.ended;
    if (code !== 0) throw new Error(`publish ended with ${String(code)}: ${JSON.stringify(agent.lines.slice(-3))}`);
  });
  await emptyStore(site);
  return seconds;
}

/** Looks at a program from time to time until everything is stored. */
async function watch(agent: TimedProgram, look: (agent: TimedProgram) => void): Promise<void> {
  const timer = setInterval(() => {
    look(agent);
  }, LOOK_MS);
  try {
    await agent.next(phase('Registering'));
  } finally {
    clearInterval(timer);
  }
}
