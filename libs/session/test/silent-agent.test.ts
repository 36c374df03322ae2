// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease } from '@ims/contract';
import { describe, expect, it } from 'vitest';

import { exitCodeOf } from '../src/index.ts';
import { startSession, until, type Differences, type FakeSession } from './support/fake-session.ts';

const isOpen = (session: FakeSession) => () => session.logger.entries.some(({ fields }) => fields['phase'] === 'Open');

describe('a session beside an agent without a heartbeat', () => {
  const isLeaving = (session: FakeSession) => (): boolean =>
    session.logger.entries.some(({ fields }) => fields['phase'] === 'Leaving');
  const opened = async (differences: Differences): Promise<FakeSession> => {
    const session = startSession({
      peer: 'unseen',
      before: (board) => {
        board.put('ready');
      },
      ...differences,
    });
    await until(isOpen(session));
    return session;
  };

  it('ends as its user said when the agent has taken exiting away', async () => {
    const session = await opened({});
    session.board.put('complete');
    await until(isLeaving(session));
    session.board.take('exiting');
    expect((await session.ended).kind).toBe('complete');
  });

  it('says that the agent is lost when exiting stays, and no more than that', async () => {
    const session = await opened({ settings: { peerTimeoutMs: 1000 } });
    session.board.put('failed', 'not today');
    await until(isLeaving(session));
    await session.clock.advance(1001);
    session.board.tick();
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
    expect(session.board.calls.filter((call) => call.startsWith('post'))).toEqual([
      'post door open',
      'post exiting done',
    ]);
  });

  it('ends as its user said when it is stopped meanwhile', async () => {
    const session = await opened({});
    session.board.put('complete');
    await until(isLeaving(session));
    session.interrupt();
    expect((await session.ended).kind).toBe('complete');
  });

  it('is given up when nobody has used it for as long as is configured, and releases an agent that lives', async () => {
    const session = await opened({ settings: { unseenAgentMs: 1000 } });
    await advance(session, 1250);
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
    expect(decodeRelease(session.board.at('failed'))).toMatchObject({ token: 'peer-lost', reason: 'PeerLost' });
    expect(decodeRelease(session.board.at('exiting'))?.message).toMatch(/nobody has used the shell for 1 s/);
  });

  it('goes on as long as somebody uses it', async () => {
    let used = true;
    const user = { pid: 7, command: 'bash', terminal: undefined };
    const ports: Differences['ports'] = () => ({
      sessions: {
        list: () => Promise.resolve(used ? [user] : []),
        tell: () => Promise.resolve(),
        end: () => Promise.resolve(),
      },
    });
    const session = await opened({ settings: { unseenAgentMs: 1000 }, ports });
    await advance(session, 10_000);
    expect(session.board.at('exiting').kind).toBe('absent');
    used = false;
    await advance(session, 1250);
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
  });

  it('goes on for ever when the agent turns out to be alive', async () => {
    const session = await opened({ settings: { unseenAgentMs: 1000 } });
    session.peer.become('alive');
    await advance(session, 10_000);
    session.board.put('complete');
    expect((await session.ended).kind).toBe('complete');
  });
});

/** Lets time go by in steps of a tick. */
async function advance(session: FakeSession, ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 250) {
    await session.clock.advance(250);
    session.board.tick();
    let turns = 0;
    await until(() => (turns += 1) > 3);
  }
}
