// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { ARTIFACTS, encodeManifest, manifestOf, type ArtifactName, type StoredArtifact } from '@ims/contract';
import { Failure, type StateOf } from '@ims/runtime';

import type { ExportPorts, ImageIdentity, OnProgress } from './ports.ts';
import { progressTeller } from './progress.ts';
import type { ExportData, ExportSettings, ExportState } from './states.ts';

/** Puts the image root into its published form and packs it. */
export async function pack(
  state: StateOf<ExportData, 'Packaging'>,
  ports: ExportPorts,
  signal: AbortSignal,
): Promise<ExportState> {
  await ports.stage.restore();
  const packed = await ports.packer.pack(progressTeller(ports, 'packing'), signal);
  await ports.journal.append({ step: 'packed', packed });
  return { phase: 'Uploading', facts: state.facts, packed };
}

/** Stores every artifact that is not stored yet, then the manifest (H3, H20). */
export async function upload(
  state: StateOf<ExportData, 'Uploading'>,
  settings: ExportSettings,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<ExportState> {
  const { ports, signal } = wait;
  const image = await identify(state.facts.imageId, settings, wait);
  const stored = [...state.facts.artifacts];
  for (const name of Object.keys(ARTIFACTS) as ArtifactName[]) {
    if (stored.some((artifact) => artifact.name === name)) continue;
    const artifact = await store(name, image, wait);
    if (artifact !== undefined) stored.push(artifact);
  }
  const text = encodeManifest(manifestOf(stored, ports.clock.now(), ports.store.linkType));
  const location = await ports.store.putManifest(image, text, signal);
  await ports.journal.append({ step: 'manifest', location });
  const facts = { ...state.facts, imageId: image.imageId, artifacts: stored, manifest: location };
  return { phase: 'Registering', facts, location };
}

// The id is in the journal before anything is stored under it, so that a second start stores nothing twice.
async function identify(
  known: string | undefined,
  settings: ExportSettings,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<ImageIdentity> {
  const { jobId, imageName } = settings;
  if (known !== undefined) return { imageId: known, imageName, jobId };
  const imageId = await wait.ports.registry.create({ jobId, imageName }, wait.signal);
  await wait.ports.journal.append({ step: 'image', imageId });
  return { imageId, imageName, jobId };
}

async function store(
  name: ArtifactName,
  image: ImageIdentity,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<StoredArtifact | undefined> {
  const { ports, signal } = wait;
  const source = await ports.artifacts.open(name);
  if (source === undefined) return undefined;
  try {
    const onProgress: OnProgress = progressTeller(ports, `storing ${name}`);
    const artifact = await ports.store.put(image, source, { onProgress, signal });
    await ports.journal.append({ step: 'stored', artifact });
    return artifact;
  } finally {
    await source.close();
  }
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
