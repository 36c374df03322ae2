// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { encodeDeparture, encodeRelease } from '@ims/contract';
import { describe, expect, it } from 'vitest';

import { exitCodeOf } from '../src/index.ts';
import { startSession, until, type Differences, type FakeSession } from './support/fake-session.ts';

const isOpen = (session: FakeSession) => () => session.logger.entries.some(({ fields }) => fields['phase'] === 'Open');

describe('a session whose agent could not begin', () => {
  it('ends at once when the agent of its own pod could not begin before it started', async () => {
    const release = { token: 'failed', reason: 'ConfigurationInvalid', message: 'S3_ENDPOINT' } as const;
    const gone = encodeDeparture({ pod: 'pod-1', release });
    const before: Differences['before'] = (board) => {
      board.put('agentGone', { kind: 'present', content: 'note', note: gone });
      for (const flag of ['failed', 'exiting'] as const)
        board.put(flag, { kind: 'present', content: 'note', note: encodeRelease(release) });
    };
    const ending = await startSession({ settings: { pod: 'pod-1' }, before }).ended;
    expect(ending).toMatchObject({ kind: 'failure', failure: { reason: 'PeerLost' } });
    // That of an earlier pod has another name, and an agent that comes takes both flags away.
    const later = startSession({ settings: { pod: 'pod-2' }, before });
    await until(() => later.did.includes('prepare'));
    later.board.take('failed');
    later.board.take('exiting');
    later.board.put('ready');
    await until(isOpen(later));
    later.board.put('complete');
    expect((await later.ended).kind).toBe('complete');
  });

  it('ends at once when an agent beside it that could not begin says failed and exiting', async () => {
    const session = startSession({});
    await until(() => session.did.includes('prepare'));
    const note = encodeRelease({ token: 'failed', reason: 'ConfigurationInvalid', message: 'S3_ENDPOINT' });
    session.board.put('exiting', { kind: 'present', content: 'note', note });
    session.board.put('failed', { kind: 'present', content: 'note', note });
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
    expect(session.did).not.toContain('open');
  });
});
