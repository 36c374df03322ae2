// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { encodeManifest, manifestOf, type ArtifactName, type StoredArtifact } from '@ims/contract';
import type { StateOf } from '@ims/runtime';

import type { Identity } from './identity.ts';
import { ARTIFACT_NAMES, inOrder } from './order.ts';
import type { ArtifactSource, ExportPorts, ImageIdentity, Packed, PutOptions } from './ports.ts';
import { transferTeller } from './progress.ts';
import type { ExportData, ExportState, Facts } from './states.ts';
import { together } from './together.ts';

/** Stores every artifact that is not stored yet, side by side, then the manifest (H3, H20). */
export async function upload(
  state: StateOf<ExportData, 'Uploading'>,
  wait: { readonly ports: ExportPorts; readonly signal: AbortSignal; readonly identity: Identity },
): Promise<ExportState> {
  const { ports, signal, identity } = wait;
  const image = await identity.known(state.facts);
  const stored = inOrder([...state.facts.artifacts, ...(await storeMissing(image, state, { ports, signal }))]);
  const text = encodeManifest(manifestOf(stored, ports.clock.now(), ports.store.linkType));
  const location = await ports.store.putManifest(image, text, signal);
  await ports.journal.append({ step: 'manifest', location });
  const facts = { ...state.facts, imageId: image.imageId, artifacts: stored, manifest: location };
  return { phase: 'Registering', facts, location };
}

async function storeMissing(
  image: ImageIdentity,
  { facts, packed }: StateOf<ExportData, 'Uploading'>,
  { ports, signal }: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<StoredArtifact[]> {
  const missing = ARTIFACT_NAMES.filter((name) => !facts.artifacts.some((artifact) => artifact.name === name));
  await using opened = await openAll(missing, packed, ports);
  const told = transferTeller(ports, opened.sources);
  return await together(opened.sources, signal, async (source, either) => {
    const options = { onProgress: told(source.name), signal: either };
    return await store(image, source, {
      ports,
      options: { ...options, checkpoint: checkpointOf(source, facts, ports) },
    });
  });
}

/** Opens all before anything is stored: what is gone from the image root is known before hours of transfer. */
async function openAll(
  names: readonly ArtifactName[],
  { sums }: Packed,
  ports: ExportPorts,
): Promise<AsyncDisposable & { readonly sources: readonly ArtifactSource[] }> {
  await using opening = new AsyncDisposableStack();
  const sources: ArtifactSource[] = [];
  for (const name of names) {
    const source = await ports.artifacts.open(name);
    if (source === undefined) continue;
    opening.defer(async () => {
      await source.close();
    });
    sources.push(name === 'rootfs' && sums !== undefined ? { ...source, sums } : source);
  }
  const opened = opening.move();
  return { sources, [Symbol.asyncDispose]: async () => await opened.disposeAsync() };
}

async function store(
  image: ImageIdentity,
  source: ArtifactSource,
  { ports, options }: { readonly ports: ExportPorts; readonly options: PutOptions },
): Promise<StoredArtifact> {
  const artifact = await ports.store.put(image, source, options);
  await ports.journal.append({ step: 'stored', artifact });
  return artifact;
}

function checkpointOf(
  { name }: ArtifactSource,
  facts: Facts,
  ports: ExportPorts,
): NonNullable<PutOptions['checkpoint']> {
  return {
    found: facts.checkpoints[name],
    save: async (checkpoint) => {
      await ports.journal.append({ step: 'storing', name, checkpoint });
    },
  };
}
