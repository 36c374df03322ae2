// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

import type { ExportPorts } from './ports.ts';
import { awaitDoor } from './door.ts';
import { reopen } from './reopen.ts';
import { resumePoint, type ResumePoint } from './resume.ts';
import { dismissShell, markedFailed } from './session-end.ts';
import { NO_FACTS, type ExportSettings, type ExportState } from './states.ts';

/** Reads the journal and goes on from where an earlier start was, or begins. */
export async function start(settings: ExportSettings, ports: ExportPorts, signal: AbortSignal): Promise<ExportState> {
  const point = resumePoint(await ports.journal.entries(), settings.jobId);
  if (willStore(point, settings)) await ports.store.prepare(signal);
  if (point.kind !== 'fresh') ports.logger.info({ from: point.kind }, 'an earlier start of this job is continued');
  if (isPastShell(point)) await dismissShell(ports.board, point.kind === 'marked-failed' ? 'failed' : 'complete');
  return await goOn(point, settings, { ports, signal });
}

async function goOn(
  point: ResumePoint,
  settings: ExportSettings,
  { ports, signal }: { readonly ports: ExportPorts; readonly signal: AbortSignal },
): Promise<ExportState> {
  switch (point.kind) {
    case 'fresh':
      return await begin(settings, ports, async () => await openShell(settings, ports, signal));
    case 'opened':
      if (settings.goal === 'packed') await requireEmptyShell(ports, signal);
      return await begin(settings, ports, async () => await reopen(settings, ports, signal));
    case 'marked-failed':
      return markedFailed(NO_FACTS, point.message);
    case 'closed':
      return await repack(point, ports);
    case 'stored':
      return { phase: 'Registering', facts: point.facts, location: point.location };
    case 'published':
      return { phase: 'Succeeded', facts: point.facts };
  }
}

function isPastShell({ kind }: ResumePoint): boolean {
  return kind !== 'fresh' && kind !== 'opened';
}

function willStore(point: ResumePoint, { goal }: ExportSettings): boolean {
  return goal === 'published' && point.kind !== 'published' && point.kind !== 'marked-failed';
}

/** A customize job has a shell; a create job has one only for a build that failed. Who only packs opens none. */
async function begin(
  settings: ExportSettings,
  ports: ExportPorts,
  openDoor: () => Promise<ExportState>,
): Promise<ExportState> {
  const opensShell = settings.goal === 'published';
  if (settings.action === 'customize') return opensShell ? await openDoor() : await takeOver(settings, ports);
  const buildFailed = (await ports.board.read('buildFailed')).kind === 'present';
  if (!buildFailed) return await takeOver(settings, ports);
  if (settings.debug && opensShell) return await openDoor();
  return { phase: 'Failed', facts: NO_FACTS, reason: 'BuildFailed', message: 'the build of the image failed' };
}

/** A living sshd container beats more often than this, in milliseconds. */
const BEAT_MS = 15_000;

/** By hand nobody asks the shell to close: what its users still change must not be packed half (H17). */
async function requireEmptyShell({ board, peer, clock }: ExportPorts, signal: AbortSignal): Promise<void> {
  const began = clock.monotonic();
  await board.until(async () => {
    const beats = (await board.read('sshdAlive')).kind === 'present';
    if ((await peer.state()) === 'alive') {
      throw new Failure(
        'SessionsRemain',
        'the sshd container of this job is alive, and its users may change the image',
        {
          advice: 'touch complete in its shell, or end the container; then pack again',
        },
      );
    }
    return !beats || clock.monotonic() - began > BEAT_MS ? true : undefined;
  }, signal);
}

/** Takes the image root as it is: what the builder made, or what was made of it by hand. */
async function takeOver(settings: ExportSettings, ports: ExportPorts): Promise<ExportState> {
  const { journal, stage } = ports;
  // The journal has to say whose it is before it says anything else.
  if ((await journal.entries()).length === 0) await journal.append({ step: 'opened', job: settings.jobId });
  await stage.injectCertificates();
  return { phase: 'Validating', facts: NO_FACTS, question: undefined };
}

/** Opens the shell for the first time: only now may flags in the image be stale (H21). */
async function openShell(settings: ExportSettings, ports: ExportPorts, signal: AbortSignal): Promise<ExportState> {
  const { board, stage, journal } = ports;
  await stage.check();
  await stage.clearStaleFlags();
  for (const stale of ['complete', 'failed', 'refused', 'exiting', 'question', 'verdict'] as const) {
    await board.clear(stale);
  }
  if (settings.action === 'customize') await stage.injectCertificates();
  await stage.setUp();
  await journal.append({ step: 'opened', job: settings.jobId });
  await board.post('ready', { token: 'ready', message: '' });
  return await awaitDoor(settings, ports, signal);
}

async function repack(point: Extract<ResumePoint, { kind: 'closed' }>, ports: ExportPorts): Promise<ExportState> {
  const { facts, packed } = point;
  if (packed === undefined) return { phase: 'Packaging', facts };
  const rootfsIsStored = facts.artifacts.some((artifact) => artifact.name === 'rootfs');
  const usable = rootfsIsStored || (await ports.artifacts.isArchiveIntact(packed));
  return usable ? { phase: 'Uploading', facts, packed } : { phase: 'Packaging', facts };
}
