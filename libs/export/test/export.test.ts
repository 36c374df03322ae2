// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { decodeRelease, noteOf, encodeQuestion, encodeRelease, decodeVerdict } from '@ims/contract';
import { Failure } from '@ims/runtime';
import { createFakePeer, recordingLogger } from '@ims/testing';
import { describe, expect, it } from 'vitest';

import { exitCodeOf } from '../src/index.ts';
import { JOB, newWorld, portsOf, referenceEnds, runIn, type World } from './support/world.ts';

const phases = (world: World): string[] => world.statuses.map((status) => status.phase);

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

const note = (release: Parameters<typeof encodeRelease>[0]) =>
  ({ kind: 'present', content: 'note', note: encodeRelease(release) }) as const;

describe('a job that ends well', () => {
  it('goes through its phases in order and tells each', async () => {
    const world = newWorld();
    referenceEnds(world);
    const last = await runIn(world);
    expect(exitCodeOf(last, 143)).toBe(0);
    expect(phases(world)).toEqual([
      'Starting',
      'WaitingOnUser',
      'Validating',
      'Packaging',
      'Uploading',
      'Registering',
      'Succeeded',
    ]);
    expect(world.statuses.at(-1)).toMatchObject({ pair: 'reference', imageName: 'cos' });
  });

  it('H41 links the manifest only after every object is stored, and the manifest last', async () => {
    const world = newWorld();
    referenceEnds(world);
    await runIn(world);
    const order = (what: string): number => world.did.indexOf(what);
    const stored = ['put rootfs', 'put kernel', 'put initrd'].map(order);
    expect(Math.min(...stored)).toBeGreaterThan(order('journal image'));
    expect(order('put manifest')).toBeGreaterThan(Math.max(...stored));
    expect(world.did.slice(order('put manifest'))).toEqual([
      'put manifest',
      'journal manifest',
      'link',
      'announce',
      'journal registered',
      'journal ended',
    ]);
  });

  it('needs no shell and no flags for a create job', async () => {
    const world = newWorld();
    expect((await runIn(world, { settings: { action: 'create' } })).phase).toBe('Succeeded');
    expect(world.did.filter((what) => what.startsWith('post'))).toEqual([]);
    expect(phases(world)).not.toContain('WaitingOnUser');
  });
});

describe('the shell of our own peer', () => {
  it('H39 is not called open before its probe has worked, whatever answers on the port', async () => {
    const world = newWorld();
    world.board.put('sshdAlive');
    const running = runIn(world, { ports: { peer: createFakePeer('alive') } });
    await until(() => world.board.at('ready').kind === 'present');
    world.board.tick();
    expect(phases(world)).toEqual(['Starting']);
    world.board.put('door', { kind: 'present', content: 'note', note: { token: 'open', message: 'ssh-ed25519 AAAA' } });
    await until(() => phases(world).includes('WaitingOnUser'));
    expect(world.statuses.at(-1)?.hostKeys).toEqual(['ssh-ed25519 AAAA']);
    world.board.put('exiting');
    expect((await running).phase).toBe('Succeeded');
  });

  it('H39 is not called open for a door that a container left open which is gone', async () => {
    const world = newWorld();
    world.journal.push({ step: 'opened', job: JOB });
    world.board.put('sshdAlive');
    world.board.put('door', { kind: 'present', content: 'note', note: { token: 'open', message: 'ssh-ed25519 AAAA' } });
    const peer = createFakePeer();
    const running = runIn(world, { ports: { peer } });
    await until(() => world.did.includes('post ready'));
    world.board.tick();
    expect(phases(world)).toEqual(['Starting']);
    peer.become('alive');
    world.board.tick();
    await until(() => phases(world).includes('WaitingOnUser'));
    world.board.put('exiting');
    expect((await running).phase).toBe('Succeeded');
  });

  it('is opened again only when the one that an earlier start released has said that it is gone', async () => {
    const world = newWorld();
    world.journal.push({ step: 'opened', job: JOB });
    world.board.put('sshdAlive');
    world.board.put('door', { kind: 'present', content: 'note', note: { token: 'open', message: 'ssh-ed25519 AAAA' } });
    world.board.put('failed', note({ token: 'interrupted', reason: 'Interrupted', message: '' }));
    const running = runIn(world, { ports: { peer: createFakePeer('alive') } });
    await until(() => world.board.waiting === 1);
    world.board.tick();
    expect(world.did).toEqual([]);
    world.board.put('exiting', note({ token: 'peer-lost', reason: 'PeerLost', message: 'the agent gave up' }));
    await until(() => world.did.includes('post ready'));
    expect(world.did).toEqual(['set up', 'clear failed', 'clear exiting', 'post ready']);
    await until(() => phases(world).includes('WaitingOnUser'));
    world.board.put('exiting');
    expect((await running).phase).toBe('Succeeded');
  });

  it('H7 keeps the word of a session that ends while the agent starts again', async () => {
    const world = newWorld();
    world.journal.push({ step: 'opened', job: JOB });
    const setUp = () => {
      world.board.put('exiting', { kind: 'present', content: 'note', note: { token: 'done', message: 'complete' } });
      return Promise.resolve();
    };
    const last = await runIn(world, { ports: { stage: { ...portsOf(world).stage, setUp } } });
    expect(last.phase).toBe('Succeeded');
  });

  it('H10 stays when an invalid image is completed by somebody at a terminal', async () => {
    const world = newWorld();
    let findings = [{ reason: 'ImageInvalid', message: 'no kernel' }] as const;
    const inspect = () => Promise.resolve(findings);
    const running = runIn(world, { ports: { inspector: { inspect } } });
    await until(() => phases(world).includes('WaitingOnUser'));
    world.board.put('question', { kind: 'present', content: 'note', note: encodeQuestion({ id: 'q1', terminals: 1 }) });
    await until(() => decodeVerdict(world.board.at('verdict'))?.answer === 'refused');
    await until(() => world.statuses.at(-1)?.reason === 'CompleteRefused');
    expect(world.statuses.at(-1)?.message).toBe('no kernel');
    findings = [] as unknown as typeof findings;
    world.board.put('question', { kind: 'present', content: 'note', note: encodeQuestion({ id: 'q2', terminals: 1 }) });
    await until(() => decodeVerdict(world.board.at('verdict'))?.answer === 'accepted');
    world.board.put('exiting');
    expect((await running).phase).toBe('Succeeded');
  });
});

describe('what clients of today wait to be told', () => {
  it('is told of a shell that was over before anybody could look, and then of its end', async () => {
    const world = newWorld();
    const { board } = world;
    const post = board.post.bind(board);
    const working = portsOf(world);
    const stage = { ...working.stage, bannerAnswers: () => Promise.resolve(false) };
    const flushed: string[] = [];
    const flush = (): Promise<void> => {
      flushed.push(phases(world).at(-1) ?? '');
      return Promise.resolve();
    };
    board.post = async (name, note) => {
      await post(name, note);
      if (name === 'ready') board.put('exiting');
    };
    await runIn(world, { ports: { stage, reporter: { ...working.reporter, flush } } });
    expect(phases(world).slice(0, 3)).toEqual(['Starting', 'WaitingOnUser', 'Validating']);
    expect(phases(world).at(-1)).toBe('Succeeded');
    // Whoever is slow to hear is waited for: what stands behind another status would not be sent.
    expect(flushed).toEqual(['WaitingOnUser', 'Succeeded']);
  });

  it("is told of packaging before the error, where a kernel is missing and today's order is asked for", async () => {
    const inspector = { inspect: () => Promise.resolve([{ reason: 'ImageInvalid', message: 'no kernel' }] as const) };
    const world = newWorld();
    referenceEnds(world);
    const settings = { packsBeforeChecking: true };
    const last = await runIn(world, { settings, ports: { inspector } });
    expect(last).toMatchObject({ phase: 'Failed', reason: 'ImageInvalid', message: 'no kernel' });
    expect(phases(world).slice(-3)).toEqual(['Validating', 'Packaging', 'Failed']);
    expect(world.did).not.toContain('pack');
  });
});

describe('what the log is told of a failure', () => {
  const failedOf = async (error: Error) => {
    const world = newWorld();
    const logger = recordingLogger();
    const inspector = { inspect: () => Promise.reject(error) };
    referenceEnds(world);
    await runIn(world, { ports: { inspector, logger } });
    return logger.entries.filter(({ fields }) => 'err' in fields);
  };

  it('is a defect of ours as a whole, with the place where it happened', async () => {
    const cause = new TypeError('Cannot read properties of undefined');
    const [entry] = await failedOf(cause);
    expect(entry).toMatchObject({ level: 'error', fields: { phase: 'Failed', err: { reason: 'Defect', cause } } });
  });

  it('is any other with its causes, for whoever asks for more than the sentence', async () => {
    const cause = new Error('EIO');
    const [entry] = await failedOf(new Failure('PlatformUnavailable', 'the volume is gone', { cause }));
    expect(entry).toMatchObject({ level: 'debug', fields: { err: { reason: 'PlatformUnavailable', cause } } });
  });
});

describe('a job that goes wrong', () => {
  it('reports the words of the user who marked it as failed, and puts the image back in order', async () => {
    const world = newWorld();
    const running = runIn(world);
    await until(() => phases(world).includes('WaitingOnUser'));
    world.board.put('failed', 'no RPM');
    world.board.put('exiting');
    const last = await running;
    expect(exitCodeOf(last, 143)).toBe(10);
    expect(last).toMatchObject({ reason: 'MarkedFailed', message: 'the user marked the job as failed: no RPM' });
    expect(world.did).toContain('restore');
    expect(world.objects.size).toBe(0);
  });

  it('H5 tells a peer that never appeared from one that was lost', async () => {
    const never = newWorld();
    const ports = portsOf(never);
    const stage = { ...ports.stage, bannerAnswers: () => Promise.resolve(false) };
    const last = await runIn(never, { settings: { peerTimeoutMs: -1 }, ports: { stage } });
    const lost = newWorld();
    const peer = createFakePeer('alive');
    const running = runIn(lost, { ports: { peer } });
    await until(() => lost.board.at('ready').kind === 'present');
    peer.become('stale');
    lost.board.tick();
    expect([last, await running].map((end) => exitCodeOf(end, 143))).toEqual([20, 21]);
  });

  it('releases a waiting peer: failed with a reason, and ready for one that is still before it', async () => {
    const world = newWorld();
    const stage = { ...portsOf(world).stage, setUp: () => Promise.reject(new Failure('JailRefused', 'no shell')) };
    const last = await runIn(world, { ports: { stage } });
    expect(exitCodeOf(last, 143)).toBe(32);
    expect(decodeRelease(world.board.at('failed'))).toMatchObject({ token: 'failed', reason: 'JailRefused' });
    expect(world.board.at('ready').kind).toBe('present');
  });

  it('H6 is interrupted by a signal and goes on in the next start, the word of the user kept', async () => {
    const world = newWorld();
    const stop = new AbortController();
    const running = runIn(world, { signal: stop.signal });
    await until(() => phases(world).includes('WaitingOnUser'));
    stop.abort(new Error('SIGTERM'));
    expect((await running).phase).toBe('Interrupted');
    world.board.put('complete');
    world.board.put('exiting', note({ token: 'peer-lost', reason: 'PeerLost', message: '' }));
    expect((await runIn(world)).phase).toBe('Succeeded');
  });

  it('H5 lets a sshd container go that waits beside an agent which needs no shell any more', async () => {
    const world = newWorld();
    world.journal.push({ step: 'opened', job: '0a1b2c3d-0000-4000-8000-00000000abcd' });
    const gaveUp = note({ token: 'interrupted', reason: 'Interrupted', message: '' });
    world.board.put('complete');
    world.board.put('exiting', gaveUp);
    expect((await runIn(world)).phase).toBe('Succeeded');
    expect(noteOf(world.board.at('exiting'))).toEqual({ token: 'done', message: 'complete' });
    // One that was lost later, still waiting, said so again.
    world.board.put('exiting', gaveUp);
    expect((await runIn(world)).phase).toBe('Succeeded');
    expect(noteOf(world.board.at('exiting'))).toEqual({ token: 'done', message: 'complete' });
  });

  it('opens the shell again after both halves were interrupted before the user had said anything', async () => {
    const world = newWorld();
    world.journal.push({ step: 'opened', job: '0a1b2c3d-0000-4000-8000-00000000abcd' });
    world.board.put('failed', note({ token: 'interrupted', reason: 'Interrupted', message: '' }));
    world.board.put('exiting', note({ token: 'interrupted', reason: 'Interrupted', message: '' }));
    const running = runIn(world);
    await until(() => phases(world).includes('WaitingOnUser'));
    expect(world.board.at('failed').kind).toBe('absent');
    expect(world.did.indexOf('clear exiting')).toBeLessThan(world.did.indexOf('post ready'));
    world.board.put('exiting');
    expect((await running).phase).toBe('Succeeded');
  });

  it('ends a create job whose build failed without touching anything', async () => {
    const world = newWorld();
    world.board.put('buildFailed');
    const last = await runIn(world, { settings: { action: 'create' } });
    expect(exitCodeOf(last, 143)).toBe(11);
    expect(world.did).toEqual([]);
  });

  it.each(['complete', 'failed'] as const)(
    'ends a debug shell that its user closed by %s as a failed build',
    async (flag) => {
      const world = newWorld();
      world.board.put('buildFailed');
      const running = runIn(world, { settings: { action: 'create', debug: true } });
      await until(() => phases(world).includes('WaitingOnUser'));
      expect(world.statuses.at(-1)?.reason).toBe('BuildFailed');
      world.board.put(flag);
      world.board.put('exiting');
      expect(exitCodeOf(await running, 143)).toBe(11);
      expect(world.objects.size).toBe(0);
    },
  );

  it('goes on by resume when a passing cause is gone', async () => {
    const world = newWorld();
    referenceEnds(world);
    const { store } = portsOf(world);
    const put = () => Promise.reject(new Failure('StoreUnavailable', 'the disk is away'));
    const last = await runIn(world, { ports: { store: { ...store, put } } });
    expect(exitCodeOf(last, 143)).toBe(40);
    expect((await runIn(world)).phase).toBe('Succeeded');
    expect(world.did.filter((what) => what === 'pack')).toHaveLength(1);
  });
});
