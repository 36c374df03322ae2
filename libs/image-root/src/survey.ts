// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { Runner } from '@ims/runtime';

import type { Finding } from './finding.ts';
import type { ImageRoot } from './image-root.ts';
import { inspectLostAttributes } from './lost-attributes.ts';
import { createLimits } from './squashfs-limits.ts';
import { createTally, type Usage } from './usage.ts';
import { walkTree } from './walk-tree.ts';

/** What a look at every entry of the image root tells. */
export interface Survey {
  readonly usage: Usage;
  /** What a squashfs cannot hold: anything here and the image cannot be packaged. */
  readonly findings: readonly Finding[];
  /** What is lost when the image is packaged. */
  readonly losses: readonly string[];
}

/** Walks once through the image root; the attributes are looked for meanwhile by another process. */
export async function surveyOf(root: ImageRoot, runner: Runner): Promise<Survey> {
  const tally = createTally();
  const limits = createLimits({ prefix: Buffer.byteLength(root.path), owners: await ownersOf(root) });
  const attributes = inspectLostAttributes(root, runner);
  const walked = walkTree(root, (met) => {
    limits.look(met);
    return tally.count(met);
  });
  await Promise.allSettled([attributes, walked]);
  await walked;
  return { usage: tally.usage(), findings: limits.findings(), losses: [...limits.losses(), ...(await attributes)] };
}

async function ownersOf(root: ImageRoot): Promise<readonly number[]> {
  const top = await root.stat('/');
  return top === undefined ? [] : [top.uid, top.gid];
}
