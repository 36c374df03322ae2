// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, encodeRelease, encodeVerdict, noteOf } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { describe, expect, it } from 'vitest';

import { exitCodeOf } from '../src/index.ts';
import { startSession, until, untilAborted, type FakeSession } from './support/fake-session.ts';

const isOpen = (session: FakeSession) => () => session.logger.entries.some(({ fields }) => fields['phase'] === 'Open');

describe('a session with a good ending', () => {
  it('opens the door only after ready, and says so only after a login has worked (H39)', async () => {
    const session = startSession();
    await until(() => session.did.includes('prepare'));
    expect(session.did).not.toContain('open');
    session.board.put('ready');
    await until(isOpen(session));
    expect(session.did).toEqual(['prepare', 'set up', 'open', 'probe']);
    expect(session.board.calls).toEqual(['clear door', 'post door open']);
    session.board.put('complete');
    expect((await session.ended).kind).toBe('complete');
  });

  it('H17 ends every session before it says exiting', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(session));
    session.board.put('complete');
    await session.ended;
    expect(session.did.slice(-3)).toEqual(['shut', 'end', 'tear down']);
  });

  it('H7 takes complete away only after exiting is there', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(session));
    session.board.put('complete');
    await session.ended;
    expect(session.board.calls.slice(-2)).toEqual(['post exiting done', 'clear complete']);
  });

  it('lets failed win when both flags are there, and repeats the words of the user', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(session));
    session.board.put('failed', 'the RPM is missing');
    session.board.put('complete');
    expect(await session.ended).toEqual({ kind: 'failed', message: 'the RPM is missing' });
    expect(session.board.at('failed').kind).toBe('present');
    expect(session.board.at('complete').kind).toBe('absent');
  });

  it.each([
    ['a good build', {}],
    ['a bad build without debug', { build: true }],
  ])('ends at once for a create job after %s', async (_title, { build }: { build?: boolean }) => {
    const session = startSession({
      settings: { action: 'create' },
      before: (board) => {
        if (build === true) board.put('buildFailed');
      },
    });
    expect(await session.ended).toEqual({ kind: 'not-needed' });
    expect(session.did).toEqual([]);
    expect(session.board.calls).toEqual([]);
  });

  it('opens a debug shell for a create job whose build failed', async () => {
    const session = startSession({
      settings: { action: 'create', debug: true },
      before: (board) => {
        board.put('buildFailed');
        board.put('ready');
      },
    });
    await until(isOpen(session));
    session.board.put('failed');
    expect((await session.ended).kind).toBe('failed');
  });
});

describe('a complete beside an agent of ours', () => {
  const asked = async (): Promise<FakeSession> => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
        board.put('agentAlive');
      },
    });
    await until(isOpen(session));
    session.board.put('complete');
    await until(() => session.board.at('question').kind === 'present');
    return session;
  };
  const answer = (session: FakeSession, verdict: 'accepted' | 'refused' | 'rejected'): void => {
    const id = noteOf(session.board.at('question'))?.message.split(' ')[0] ?? '';
    const note = encodeVerdict({ id, answer: verdict, reason: 'no kernel' });
    session.board.put('verdict', { kind: 'present', content: 'note', note });
  };

  it('H10 is taken back when it is refused, the reason first, and the shell stays', async () => {
    const session = await asked();
    answer(session, 'refused');
    await until(() => session.board.at('complete').kind === 'absent');
    expect(session.board.calls.slice(-2)).toEqual(['post refused refused', 'clear complete']);
    await until(() => session.did.some((what) => what.includes('no kernel')));
    expect(session.did).not.toContain('shut');
    session.board.put('complete');
    await until(() => session.board.calls.filter((call) => call === 'post question asked').length === 2);
    answer(session, 'accepted');
    expect((await session.ended).kind).toBe('complete');
  });

  it('ends the session as invalid when it is rejected', async () => {
    const session = await asked();
    answer(session, 'rejected');
    const ending = await session.ended;
    expect(exitCodeOf(ending, 143)).toBe(30);
    expect(decodeRelease(session.board.at('exiting'))?.reason).toBe('ImageInvalid');
    expect(session.board.calls.slice(-2)).toEqual(['post exiting failed', 'clear complete']);
  });

  it('takes a verdict on an earlier question for none', async () => {
    const session = await asked();
    const note = encodeVerdict({ id: 'other', answer: 'accepted', reason: '' });
    session.board.put('verdict', { kind: 'present', content: 'note', note });
    session.board.tick();
    answer(session, 'rejected');
    expect((await session.ended).kind).toBe('failure');
  });

  it('is overruled by a failed that comes before the verdict', async () => {
    const session = await asked();
    session.board.put('failed');
    expect((await session.ended).kind).toBe('failed');
  });
});

describe('a session that goes wrong', () => {
  const oldRelease = encodeRelease({ token: 'interrupted', reason: 'Interrupted', message: 'SIGTERM' });

  it('waits for an agent that starts again beside it and takes its own farewell back', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
        board.put('failed', { kind: 'present', content: 'note', note: oldRelease });
      },
    });
    await until(() => session.did.includes('prepare'));
    session.board.tick();
    expect(session.did).toEqual(['prepare']);
    session.board.take('failed');
    await until(isOpen(session));
    session.board.put('complete');
    expect((await session.ended).kind).toBe('complete');
  });

  it('ends after a while when the agent had given up for good before it started', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
        board.put('failed', { kind: 'present', content: 'note', note: oldRelease });
      },
    });
    await until(() => session.did.includes('prepare'));
    await session.clock.advance(11_000);
    session.board.tick();
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
    expect(session.did).not.toContain('open');
  });

  it('H5 ends when the agent had died before it started and left its heartbeat behind', async () => {
    const session = startSession({
      peer: 'unseen',
      before: (board) => {
        board.put('ready');
        board.put('agentAlive');
      },
    });
    await until(isOpen(session));
    await session.clock.advance(36_000);
    session.board.tick();
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
  });

  it('H5 tells an agent that never appeared from one that was lost', async () => {
    const never = startSession({ settings: { peerTimeoutMs: 1000 }, peer: 'unseen' });
    await until(() => never.did.includes('prepare'));
    await never.clock.advance(2000);
    never.board.tick();
    const lost = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(lost));
    lost.peer.become('stale');
    lost.board.tick();
    expect([await never.ended, await lost.ended].map((ending) => exitCodeOf(ending, 143))).toEqual([20, 21]);
  });

  it('H5 an agent that shows life may take as long as it likes to be ready', async () => {
    const session = startSession({ settings: { peerTimeoutMs: 1000 }, peer: 'unseen' });
    session.peer.become('alive');
    await session.clock.advance(1_000_000);
    session.board.tick();
    session.board.put('ready');
    await until(isOpen(session));
    session.board.put('complete');
    expect((await session.ended).kind).toBe('complete');
  });

  it('H8 ends the job when the customization script fails', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
      ports: () => ({
        script: {
          isThere: () => Promise.resolve(true),
          run: () => Promise.resolve({ exitCode: 3, lastLines: 'boom' }),
        },
      }),
    });
    expect(exitCodeOf(await session.ended, 143)).toBe(12);
    expect(decodeRelease(session.board.at('failed'))?.reason).toBe('ScriptFailed');
    expect(decodeRelease(session.board.at('exiting'))?.message).toContain('boom');
  });

  it.each([true, false])('tells of the customization only when the site has a script for it: %s', async (isThere) => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
      ports: () => ({
        script: { isThere: () => Promise.resolve(isThere), run: () => Promise.resolve({ exitCode: 0, lastLines: '' }) },
      }),
    });
    await until(isOpen(session));
    session.board.put('complete');
    await session.ended;
    const phases = session.logger.entries.map(({ fields }) => fields['phase']);
    expect(phases.includes('Customizing')).toBe(isThere);
  });

  it('H17 never says done while a process of the user is left', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
      ports: () => ({
        sessions: {
          list: () => Promise.resolve([]),
          tell: () => Promise.resolve(),
          end: () => Promise.reject(new Failure('SessionsRemain', 'process 7 (dd) is left')),
        },
      }),
    });
    await until(isOpen(session));
    session.board.put('complete');
    expect(exitCodeOf(await session.ended, 143)).toBe(27);
    expect(decodeRelease(session.board.at('exiting'))?.token).toBe('failed');
    expect(session.board.at('complete').kind).toBe('present');
  });

  it('H6 a signal leaves the word of the user and a volume that can be resumed', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(session));
    session.interrupt();
    expect(exitCodeOf(await session.ended, 143)).toBe(143);
    expect(decodeRelease(session.board.at('exiting'))?.token).toBe('interrupted');
    expect(session.did).toContain('end');
  });

  it('waits for the agent to open again after an earlier start was interrupted', async () => {
    const note = encodeRelease({ token: 'interrupted', reason: 'Interrupted', message: '' });
    const session = startSession({
      before: (board) => {
        board.put('ready');
        board.put('exiting', { kind: 'present', content: 'note', note });
      },
    });
    await until(() => session.did.includes('prepare'));
    session.board.tick();
    expect(session.did).toEqual(['prepare']);
    session.board.take('exiting');
    await until(isOpen(session));
    session.board.put('complete');
    expect((await session.ended).kind).toBe('complete');
  });

  it('ends when the agent gives up, without calling it the word of the user', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(session));
    const note = encodeRelease({ token: 'failed', reason: 'NoSpace', message: 'full' });
    session.board.put('failed', { kind: 'present', content: 'note', note });
    expect(exitCodeOf(await session.ended, 143)).toBe(21);
    expect(decodeRelease(session.board.at('exiting'))?.token).toBe('peer-lost');
  });

  it('ends even when the volume refuses every flag', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
    });
    await until(isOpen(session));
    session.board.refuseWrites(new Error('EROFS'));
    session.board.put('complete');
    expect((await session.ended).kind).toBe('complete');
    expect(session.logger.messages('error')).toHaveLength(1);
  });

  it('H9 ends with a reason when sshd keeps dying', async () => {
    const session = startSession({
      before: (board) => {
        board.put('ready');
      },
      ports: (did) => ({
        door: {
          isConfigured: () => Promise.resolve(true),
          prepare: () => Promise.resolve(),
          open: () => Promise.resolve({ hostKeys: [], port: 22 }),
          probe: untilAborted,
          supervise: () => Promise.reject(new Failure('SshdKeepsDying', 'sshd died 6 times')),
          shut: () => Promise.resolve(void did.push('shut')),
        },
      }),
    });
    expect(exitCodeOf(await session.ended, 143)).toBe(25);
  });
});
