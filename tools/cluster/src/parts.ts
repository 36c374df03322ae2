// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { pathOf } from './builds.ts';
import { containerdConfigPath } from './containerd.ts';
import { CONTROL_PLANE, controlPlaneArguments } from './control-plane.ts';
import { kubeletArguments } from './kubelet.ts';
import type { Layout } from './layout.ts';
import type { Daemon } from './processes.ts';

/** Every program of the cluster, in the order in which they start. */
export const PARTS = [...CONTROL_PLANE, 'containerd', 'kubelet'] as const;

/** One program of the cluster. */
export type Part = (typeof PARTS)[number];

/** How a part is started. */
export async function daemonOf(layout: Layout, part: Part): Promise<Daemon> {
  return { name: part, command: await commandOf(layout, part) };
}

async function commandOf(layout: Layout, part: Part): Promise<string[]> {
  if (part === 'containerd') return ['containerd', '--config', containerdConfigPath(layout)];
  const args = part === 'kubelet' ? kubeletArguments(layout) : controlPlaneArguments(layout)[part];
  return [await pathOf(layout, part), ...args];
}
