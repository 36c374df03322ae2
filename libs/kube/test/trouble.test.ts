// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { PHASES, type Phase } from '@ims/contract';
import { cleanUp, eventually } from '@ims/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { BELIEVED_IN_A_HURRY } from '../src/pace.ts';
import { ApiRefusal } from '../src/pod-api.ts';
import { createFakePod, done, hang } from './support/fake-pod.ts';
import { createWorld, shown } from './support/world.ts';

afterEach(cleanUp);

const refuse = (kind: ApiRefusal['kind'], retryAfterMs?: number) => async (): Promise<never> => {
  throw new ApiRefusal(kind, `500 ${kind}`, retryAfterMs);
};

describe('an API server that is away', () => {
  it('is tried again ever less often, is named once, and is told the latest state alone when it is back', async () => {
    const { reporter, story, clock, pod, logger } = createWorld();
    pod.standing.read = refuse('passing');
    reporter.report(story.enter('Starting'));
    for (const phase of ['WaitingOnUser', 'Packaging', 'Uploading'] as const) {
      await clock.advance(60_000);
      reporter.report(story.enter(phase));
    }
    expect(logger.messages('warn')).toHaveLength(1);
    expect(logger.messages('warn')[0]).toMatch(/for now, and is tried again; the job goes on: 500 passing$/);
    expect(logger.messages('debug').length).toBe(pod.reads - 1);
    expect(pod.reads).toBeLessThan(15);
    delete pod.standing.read;
    await clock.advance(30_000);
    expect(done(pod, 'annotations').length).toBe(1);
    expect(shown(pod, 'phase')).toBe('Uploading');
    expect(pod.events.length).toBe(1);
    expect(logger.messages('info')).toEqual(['Kubernetes is told of the job again']);
  });

  it('is given the time that it asks for', async () => {
    const { reporter, story, clock, pod } = createWorld();
    pod.faults.push(refuse('passing', 40_000));
    reporter.report(story.enter('Starting'));
    await clock.advance(40_000);
    expect(pod.reads).toBe(1);
    await clock.advance(5000);
    expect(shown(pod, 'phase')).toBe('Starting');
  });

  it('and says nothing holds up neither the job nor the next call', async () => {
    const { reporter, story, clock, pod, logger } = createWorld({ parts: { callMs: 5 } });
    pod.faults.push(hang);
    reporter.report(story.enter('Starting'));
    reporter.report(story.enter('Packaging'));
    await eventually(() => logger.messages('warn').length === 1);
    expect(logger.messages('warn')[0]).toMatch(/a call took longer than 0.005 s$/);
    await clock.advance(1000);
    expect(shown(pod, 'phase')).toBe('Packaging');
  });

  it('has one call under way, and what has changed meanwhile comes with the next', async () => {
    const { reporter, story, clock, pod } = createWorld();
    const gate = Promise.withResolvers<undefined>();
    reporter.report(story.enter('Starting'));
    await clock.advance(2000);
    pod.faults.push(async () => {
      await gate.promise;
      throw new ApiRefusal('passing', '503');
    });
    reporter.report(story.enter('WaitingOnUser'));
    await clock.advance(2000);
    reporter.report(story.enter('Packaging'));
    reporter.report(story.enter('Uploading'));
    await clock.advance(2000);
    expect(pod.tried.length).toBe(3);
    gate.resolve(undefined);
    await clock.advance(2000);
    expect(done(pod, 'annotations').map(({ patch }) => patch['ims.cray.com/phase'])).toEqual(['Starting', 'Uploading']);
  });
});

describe('an API server that refuses', () => {
  it('annotations still gets conditions and events, is named once, and is asked again ever less often', async () => {
    const { reporter, story, clock, pod, logger } = createWorld();
    pod.standing.annotations = refuse('forbidden');
    reporter.report(story.enter('Starting'));
    await clock.advance(0);
    expect(pod.tried.map(({ write, isDone }) => `${write.kind} ${String(isDone)}`)).toEqual([
      ...['annotations false', 'conditions true', 'event true'],
    ]);
    await clock.advance(3_600_000);
    expect(pod.tried.length).toBeGreaterThan(15);
    expect(pod.tried.length).toBeLessThan(30);
    expect(logger.messages()).toHaveLength(1);
    expect(logger.messages('warn')[0]).toMatch(/^the pod cannot be annotated; the job goes on: .*`ims-agent check`/);
    delete pod.standing.annotations;
    await clock.advance(300_000);
    expect(shown(pod, 'phase')).toBe('Starting');
    expect(logger.messages('info')).toEqual(['Kubernetes is told of the job again']);
  });

  it('is asked at once in the next phase', async () => {
    const { reporter, story, clock, pod } = createWorld();
    pod.standing.annotations = refuse('forbidden');
    reporter.report(story.enter('Starting'));
    await clock.advance(600_000);
    delete pod.standing.annotations;
    reporter.report(story.enter('Packaging'));
    await clock.advance(0);
    expect(shown(pod, 'phase')).toBe('Packaging');
  });

  it('what is no call of Kubernetes is not asked for it again before the next phase', async () => {
    const { reporter, story, clock, pod } = createWorld();
    pod.standing.annotations = refuse('rejected');
    reporter.report(story.enter('Starting'));
    await clock.advance(3_600_000);
    await reporter.flush();
    expect(pod.tried.filter(({ isDone }) => !isDone).length).toBe(1);
    reporter.report(story.enter('Packaging'));
    await clock.advance(0);
    expect(pod.tried.filter(({ isDone }) => !isDone).length).toBe(2);
  });

  it('to show the pod is still told, when the uid is known', async () => {
    const { reporter, story, clock, pod, logger } = createWorld();
    pod.standing.read = refuse('forbidden');
    pod.annotations['ims.cray.com/image-id'] = 'stale';
    reporter.report(story.enter('Starting'));
    await clock.advance(60_000);
    expect(shown(pod, 'phase')).toBe('Starting');
    expect(shown(pod, 'image-id')).toBeUndefined();
    expect(pod.conditions).toHaveLength(3);
    expect(pod.reads).toBe(4);
    expect(logger.messages()).toHaveLength(1);
  });

  it('to show the pod is told nothing as long as nobody knows the uid', async () => {
    const { reporter, story, clock, pod } = createWorld({ uid: undefined });
    pod.standing.read = refuse('forbidden');
    reporter.report(story.enter('Starting'));
    await clock.advance(60_000);
    await reporter.flush();
    expect(pod.tried).toEqual([]);
    delete pod.standing.read;
    reporter.report(story.enter('Packaging'));
    await clock.advance(0);
    expect(shown(pod, 'phase')).toBe('Packaging');
  });
});

describe('an API server that has just started and refuses for a moment', () => {
  it.each(['annotations', 'conditions', 'event'] as const)(
    '%s has them soon after, in the same phase',
    async (kind) => {
      const { reporter, story, clock, pod } = createWorld();
      pod.standing[kind] = refuse('forbidden');
      reporter.report(story.enter('WaitingOnUser'));
      await clock.advance(400);
      Reflect.deleteProperty(pod.standing, kind);
      await clock.advance(200);
      expect(new Set(pod.tried.filter(({ isDone }) => isDone).map(({ write }) => write.kind))).toEqual(
        new Set(['annotations', 'conditions', 'event']),
      );
    },
  );

  it('to show the pod loses nothing of what an earlier container has told', async () => {
    const { reporter, story, clock, pod } = createWorld();
    pod.annotations['ims.cray.com/phase-history'] = JSON.stringify([['Prepared', '2026-01-01T00:00:00.000Z']]);
    pod.faults.push(refuse('forbidden'));
    reporter.report(story.enter('Starting'));
    await clock.advance(500);
    expect(JSON.parse(shown(pod, 'phase-history') ?? '')).toEqual([
      ['Prepared', '2026-01-01T00:00:00.000Z'],
      ['Starting', expect.anything()],
    ]);
  });

  it('hears the last words', async () => {
    const { reporter, story, clock, pod, logger } = createWorld();
    reporter.report(story.enter('Uploading'));
    reporter.delivered({ status: 'packaging_artifacts', pending: 1 });
    reporter.report(story.enter('Succeeded'));
    await clock.advance(0);
    pod.faults.push(refuse('forbidden'), refuse('forbidden'), refuse('forbidden'));
    reporter.delivered({ status: 'success', pending: 0 });
    const flushed = reporter.flush();
    await clock.advance(4000);
    await flushed;
    expect([shown(pod, 'job-status'), shown(pod, 'job-status-pending')]).toEqual(['success', '0']);
    expect(logger.messages('warn')).toHaveLength(1);
  });

  it('is hardly waited for by one who has never had a right', async () => {
    const { reporter, story, clock, pod } = createWorld();
    for (const what of ['read', 'annotations', 'conditions', 'event'] as const)
      pod.standing[what] = refuse('forbidden');
    reporter.report(story.enter('Failed'));
    const flushed = reporter.flush();
    await clock.advance(1000);
    await flushed;
    expect([pod.reads, pod.tried.length]).toEqual([2, 6]);
  });

  it('to show the pod hears the last words of one who may write to it', async () => {
    const { reporter, story, clock, pod } = createWorld();
    pod.standing.read = refuse('forbidden');
    reporter.report(story.enter('Failed'));
    const flushed = reporter.flush();
    await clock.advance(500);
    await flushed;
    expect(shown(pod, 'phase')).toBe('Failed');
    expect(pod.events).toHaveLength(1);
  });

  it('is not waited for when it has been refusing for long', async () => {
    const { reporter, story, clock, pod } = createWorld();
    pod.standing.annotations = refuse('forbidden');
    reporter.report(story.enter('WaitingOnUser'));
    await clock.advance(60_000);
    reporter.report(story.enter('Succeeded'));
    await reporter.flush();
    expect(pod.tried.at(-1)?.write.kind).toBe('event');
    expect(pod.conditions.find(({ type }) => type.endsWith('/Finished'))?.status).toBe('True');
  });
});

describe('a pod', () => {
  it('that is gone is told nothing more', async () => {
    const { reporter, story, clock, pod, logger } = createWorld();
    reporter.report(story.enter('Starting'));
    await clock.advance(2000);
    pod.standing.annotations = refuse('gone');
    for (const phase of ['WaitingOnUser', 'Packaging', 'Failed'] as const) {
      reporter.report(story.enter(phase));
      await clock.advance(2000);
    }
    await reporter.flush();
    expect(pod.tried.length).toBe(4);
    expect(logger.messages()).toHaveLength(1);
  });

  it('H32 of our name that is another one is left alone', async () => {
    const pod = createFakePod({ uid: 'u2' });
    const { reporter, story, logger } = createWorld({ pod });
    reporter.report(story.enter('Starting'));
    await reporter.flush();
    expect(pod.tried).toEqual([]);
    expect(logger.messages()).toEqual([
      'Kubernetes is not told of the job: the pod of this name is another one than ours; the job goes on',
    ]);
  });

  it('that is not one of Kubernetes is no trouble, and that is said once', async () => {
    let opened = 0;
    const { reporter, story, logger } = createWorld({
      parts: {
        open: async () => {
          opened += 1;
          return { why: 'this is no pod', isExpected: true };
        },
      },
    });
    for (const phase of ['Starting', 'Packaging', 'Succeeded'] as const) {
      reporter.report(story.enter(phase));
      reporter.progress('50%');
      await reporter.flush();
    }
    expect(opened).toBe(1);
    expect(logger.messages('info')).toEqual(['Kubernetes is not told of the job: this is no pod; the job goes on']);
    expect(logger.entries.length).toBe(1);
  });

  it('whose client cannot be loaded is no trouble either', async () => {
    const open = async (): Promise<never> => {
      throw new Error('no such module');
    };
    const { reporter, story, logger } = createWorld({ parts: { open } });
    reporter.report(story.enter('Starting'));
    await reporter.flush();
    expect(logger.messages()).toHaveLength(1);
  });
});

describe('the last words', () => {
  it('are out when flush() ends, progress and all', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.report(story.enter('Packaging'));
    await clock.advance(100);
    reporter.progress('packing 99%');
    reporter.report(story.enter('Interrupted'));
    reporter.delivered({ status: 'error', pending: 2 });
    await reporter.flush();
    expect(shown(pod, 'phase')).toBe('Interrupted');
    expect(shown(pod, 'job-status-pending')).toBe('2');
    expect(pod.events.at(-1)).toMatchObject({ type: 'Warning', reason: 'Interrupted' });
  });

  it('overtake a call that hangs', async () => {
    const { reporter, story, clock, pod } = createWorld({ parts: { lastCallMs: 5 } });
    reporter.report(story.enter('Packaging'));
    await clock.advance(2000);
    pod.faults.push(hang);
    reporter.report(story.enter('Uploading'));
    await clock.advance(0);
    reporter.report(story.enter('Failed', { reason: 'NoSpace' }));
    const flushed = reporter.flush();
    await eventually(() => clock.sleeping === 2);
    await clock.advance(1000);
    await flushed;
    expect(shown(pod, 'reason')).toBe('NoSpace');
  });

  it('are given up after a bound, and that is said', async () => {
    const { reporter, story, clock, pod, logger } = createWorld();
    pod.standing.read = refuse('passing');
    reporter.report(story.enter('Failed'));
    const flushed = reporter.flush();
    await clock.advance(10_000);
    await flushed;
    expect(logger.messages('warn').at(-1)).toBe('Kubernetes could not be told the last words of the job in time');
    expect(pod.reads).toBeGreaterThan(8);
  });

  it('of a job that said nothing need no API server', async () => {
    const { reporter, pod } = createWorld();
    await reporter.flush();
    expect(pod.reads).toBe(0);
  });
});

describe('a clock', () => {
  it('that is set back or forward by a day changes nothing but the times that people read', async () => {
    const { reporter, story, clock, pod } = createWorld();
    reporter.report(story.enter('Starting'));
    await clock.advance(2000);
    clock.setWallClock(new Date('2025-12-30T00:00:00Z'));
    reporter.report(story.enter('WaitingOnUser'));
    await clock.advance(0);
    expect(shown(pod, 'phase')).toBe('WaitingOnUser');
    clock.setWallClock(new Date('2026-02-01T00:00:00Z'));
    reporter.progress('1%');
    await clock.advance(9999);
    expect(shown(pod, 'progress')).toBeUndefined();
    await clock.advance(1);
    expect(shown(pod, 'progress')).toBe('1%');
  });
});

describe('a reporter', () => {
  it('that is disposed of while it waits, and while a call hangs, ends at once and in silence', async () => {
    const waiting = createWorld();
    waiting.pod.standing.read = refuse('passing');
    waiting.reporter.report(waiting.story.enter('Starting'));
    await waiting.clock.advance(0);
    await waiting.reporter[Symbol.asyncDispose]();
    expect(waiting.clock.sleeping).toBe(0);

    const hanging = createWorld();
    hanging.pod.faults.push(hang);
    hanging.reporter.report(hanging.story.enter('Starting'));
    await hanging.clock.advance(0);
    await hanging.reporter[Symbol.asyncDispose]();
    hanging.reporter.report(hanging.story.enter('Packaging'));
    expect([hanging.pod.tried.length, hanging.logger.messages().length]).toEqual([0, 0]);
  });

  it('ends no job, although it has a defect', async () => {
    const { reporter, story, logger } = createWorld();
    reporter.report(story.enter('Starting', { message: undefined as unknown as string }));
    reporter.report(story.enter('Packaging'));
    await reporter.flush();
    expect(logger.messages()).toEqual([expect.stringMatching(/not told of the job: an unexpected TypeError; the job/)]);
  });

  it('shows the last state in the end, whatever happened on the way', async () => {
    const step = fc.oneof(
      fc.record({ phase: fc.constantFrom(...(Object.keys(PHASES) as Phase[])) }),
      fc.record({ progress: fc.string() }),
      fc.record({ wait: fc.nat(20_000) }),
      fc.record({ fault: fc.constantFrom('passing' as const, 'forbidden' as const, 'hang' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }).filter(isBearable), async (steps) => {
        const { reporter, story, clock, pod } = createWorld({
          parts: { callMs: 1, lastCallMs: 1, flushMs: 1e9 },
        });
        reporter.report(story.enter('Starting'));
        let phase: Phase = 'Starting';
        for (const one of steps) {
          if ('phase' in one) reporter.report(story.enter((phase = one.phase)));
          if ('progress' in one) reporter.progress(one.progress);
          if ('wait' in one) await clock.advance(one.wait);
          if ('fault' in one) pod.faults.push(one.fault === 'hang' ? hang : refuse(one.fault));
        }
        pod.faults.length = 0;
        let isFlushed = false;
        const flushed = reporter.flush().then(() => {
          isFlushed = true;
        });
        await eventually(async () => {
          await clock.advance(500);
          return isFlushed;
        });
        await flushed;
        await reporter[Symbol.asyncDispose]();
        expect(shown(pod, 'phase')).toBe(phase);
        const isOver = ['Succeeded', 'Failed', 'Interrupted'].includes(phase);
        expect(pod.conditions.find(({ type }) => type.endsWith('/Finished'))?.status).toBe(isOver ? 'True' : 'False');
        expect(new Set(pod.events.map(({ id }) => id)).size).toBe(pod.events.length);
      }),
      { numRuns: 30 },
    );
  });
});

/** One that refuses for long is believed, and not told the last words. */
function isBearable(steps: readonly object[]): boolean {
  return steps.filter((one) => 'fault' in one && one.fault === 'forbidden').length < BELIEVED_IN_A_HURRY;
}
