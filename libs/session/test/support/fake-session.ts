// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createFakeBoard, createFakeClock, createFakePeer, recordingLogger } from '@ims/testing';
import type { FakeBoard, FakeClock, FakePeer, RecordingLogger } from '@ims/testing';

import type { PeerState } from '@ims/runtime';
import { runSession, type Ending, type SessionPorts, type SessionSettings } from '../../src/index.ts';

/** A session whose world is in memory; `did` tells what was done to it, in order. */
export interface FakeSession {
  readonly board: FakeBoard;
  readonly peer: FakePeer;
  readonly clock: FakeClock;
  readonly logger: RecordingLogger;
  readonly did: readonly string[];
  readonly ended: Promise<Ending>;
  /** SIGTERM. */
  interrupt(): void;
}

const SETTINGS: SessionSettings = {
  action: 'customize',
  debug: false,
  peerTimeoutMs: 600_000,
  unseenAgentMs: 604_800_000,
  verdictTimeoutMs: 60_000,
};

/** What a test may make different from an ordinary session. */
export interface Differences {
  readonly settings?: Partial<SessionSettings>;
  readonly ports?: (did: string[]) => Partial<SessionPorts>;
  readonly before?: (board: FakeBoard) => void;
  /** `alive` when left out; an agent that is not ours stays `unseen`. */
  readonly peer?: PeerState;
}

/** Starts a session in a world where everything works. */
export function startSession(differences: Differences = {}): FakeSession {
  const did: string[] = [];
  const board = createFakeBoard();
  const peer = createFakePeer(differences.peer ?? 'alive');
  const clock = createFakeClock();
  const logger = recordingLogger();
  const stop = new AbortController();
  differences.before?.(board);
  const ports: SessionPorts = {
    board,
    peer,
    clock,
    logger,
    newId: () => `id-${String(did.length)}`,
    ...workingWorld(did),
    ...differences.ports?.(did),
  };
  const settings = { ...SETTINGS, ...differences.settings };
  return {
    board,
    peer,
    clock,
    logger,
    did,
    ended: runSession({ settings, ports, signal: stop.signal }),
    interrupt: () => {
      stop.abort(new Error('SIGTERM'));
    },
  };
}

function workingWorld(did: string[]): Pick<SessionPorts, 'door' | 'sessions' | 'script' | 'platform'> {
  const done = (what: string): Promise<void> => {
    did.push(what);
    return Promise.resolve();
  };
  return {
    door: {
      isConfigured: () => Promise.resolve(true),
      prepare: () => done('prepare'),
      open: async () => {
        await done('open');
        return { hostKeys: ['ssh-ed25519 AAAA'], port: 22 };
      },
      probe: () => done('probe'),
      supervise: untilAborted,
      shut: () => done('shut'),
    },
    sessions: { list: () => Promise.resolve([]), tell: (text) => done(`tell ${text}`), end: () => done('end') },
    script: { isThere: () => Promise.resolve(false), run: () => Promise.resolve('absent') },
    platform: { setUp: () => done('set up'), tearDown: () => done('tear down') },
  };
}

/** What goes on until somebody ends it. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  return await new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** Resolves when the session has posted a sentinel or written a line. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
