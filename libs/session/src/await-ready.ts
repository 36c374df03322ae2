// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeDeparture, decodeRelease, noteOf, textOf, type Release, type Sentinel } from '@ims/contract';
import { Failure, type Board } from '@ims/runtime';

import type { SessionPorts } from './ports.ts';
import { released } from './released.ts';
import type { SessionSettings, SessionState } from './states.ts';

/** Waits until the agent has prepared the image root; a create job may need no shell at all. */
export async function awaitReady(
  settings: SessionSettings,
  ports: SessionPorts,
  signal: AbortSignal,
): Promise<SessionState> {
  if (!(await needsShell(settings, ports.board))) return { phase: 'Closed', ending: { kind: 'not-needed' } };
  // What an earlier start of this container said of its door is no longer true.
  await ports.board.clear('door');
  const [next] = await Promise.all([untilReady(settings, ports, signal), ports.door.prepare()]);
  return next;
}

async function needsShell(settings: SessionSettings, board: Board): Promise<boolean> {
  if (settings.action === 'customize') return true;
  const buildFailed = await board.read('buildFailed');
  return settings.debug && buildFailed.kind === 'present';
}

async function untilReady(settings: SessionSettings, ports: SessionPorts, signal: AbortSignal): Promise<SessionState> {
  const { board, clock } = ports;
  const began = clock.monotonic();
  const farewells = await listenForFarewells(ports);
  return await board.until(async () => {
    const exiting = await board.read('exiting');
    if (noteOf(exiting)?.token === 'done') return { phase: 'Closed', ending: { kind: 'not-needed' } };
    const departure = decodeDeparture(await board.read('agentGone'));
    if (departure !== undefined && departure.pod === settings.pod) return closing(departure.release);
    // An `exiting` of an earlier start that gave up: the agent takes it away when it opens again.
    const next = exiting.kind === 'present' ? await onceDismissed(board, farewells) : await onceReady(ports, farewells);
    if (next === undefined) await refuseLostPeer(settings, ports, clock.monotonic() - began);
    return next;
  }, signal);
}

async function refuseLostPeer(
  { peerTimeoutMs }: SessionSettings,
  { peer }: SessionPorts,
  waitedMs: number,
): Promise<void> {
  const state = await peer.state();
  if (state === 'stale') throw new Failure('PeerLost', 'the agent stopped before it had prepared the image root');
  if (state !== 'unseen' || waitedMs <= peerTimeoutMs) return;
  const seconds = String(peerTimeoutMs / 1000);
  throw new Failure('PeerNeverAppeared', `no \`ready\` and no heartbeat from the agent within ${seconds} s`);
}

async function onceReady({ board, door }: SessionPorts, farewells: Farewells): Promise<SessionState | undefined> {
  if ((await board.read('ready')).kind !== 'present') return undefined;
  const failed = await board.read('failed');
  const release = decodeRelease(failed);
  if (release === undefined) return (await door.isConfigured()) ? { phase: 'Opening' } : undefined;
  return farewells.counts(failed) ? closing(release) : undefined;
}

/** An agent that cannot begin says both at once. */
async function onceDismissed(board: Board, farewells: Farewells): Promise<SessionState | undefined> {
  const failed = await board.read('failed');
  const release = decodeRelease(failed);
  return release !== undefined && farewells.isNew(failed) ? closing(release) : undefined;
}

function closing(release: Release): SessionState {
  return { phase: 'Closing', ending: released(release) };
}

/**
 * A release that stood in `failed` before this container started counts only when it stays for so long: an agent
 * that starts again with us takes it away, one that gave up before we came does not.
 */
const OLD_RELEASE_MS = 10_000;

/** Tells a release that was written since this container started from one that stood there before. */
interface Farewells {
  isNew(failed: Sentinel): boolean;
  counts(failed: Sentinel): boolean;
}

async function listenForFarewells({ board, clock }: SessionPorts): Promise<Farewells> {
  const began = clock.monotonic();
  const atStart = textOf(await board.read('failed'));
  const isNew = (failed: Sentinel): boolean => textOf(failed) !== atStart;
  return { isNew, counts: (failed) => isNew(failed) || clock.monotonic() - began > OLD_RELEASE_MS };
}
