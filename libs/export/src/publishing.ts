// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure, type StateOf } from '@ims/runtime';

import type { Identity } from './identity.ts';
import type { ExportPorts } from './ports.ts';
import { progressTeller } from './progress.ts';
import type { ExportData, ExportSettings, ExportState } from './states.ts';
import { isTold } from './told.ts';
import { failedFor } from './validating.ts';

/** Puts the image root into its published form and packs it; meanwhile the image gets its id. */
export async function pack(
  state: StateOf<ExportData, 'Packaging'>,
  settings: ExportSettings,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal; readonly identity: Identity },
): Promise<ExportState> {
  const { ports, signal, identity } = wait;
  if (state.found !== undefined) {
    await isTold(ports, signal);
    return failedFor(state.facts, state.found);
  }
  if (settings.goal === 'published') identity.ask(state.facts);
  await ports.stage.restore();
  const packed = await ports.packer.pack(progressTeller(ports, 'packing'), signal);
  await ports.journal.append({ step: 'packed', packed });
  return { phase: 'Uploading', facts: { ...state.facts, packed }, packed };
}

/** Links the manifest to the image record; only then is the image published (H41). */
export async function register(
  state: StateOf<ExportData, 'Registering'>,
  settings: ExportSettings,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<ExportState> {
  const { ports, signal } = wait;
  const { facts, location } = state;
  if (facts.imageId === undefined) throw new Failure('JournalUnreadable', 'the journal has a manifest but no image id');
  const image = { imageId: facts.imageId, imageName: settings.imageName, jobId: settings.jobId };
  await ports.registry.link(image, { ...location, linkType: ports.store.linkType }, signal);
  await ports.registry.announce(image, signal);
  await ports.journal.append({ step: 'registered' });
  return { phase: 'Succeeded', facts };
}
