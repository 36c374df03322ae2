// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { RetryPolicy } from '@ims/retry';
import { systemClock, type Clock, type Logger } from '@ims/runtime';
import type { ImsClient } from './client.ts';
import { createLanes, laneOf, type Lanes } from './lanes.ts';
import { countPods, openKeeper, type Call, type Keeper, type RecordNotes } from './outbox-file.ts';
import type { RecordWork } from './own-record.ts';
import { describeCall } from './perform.ts';
import { outOfTime } from './verdict.ts';

/** What an outbox is made of. */
export interface OutboxOptions {
  /** In the private directory of the volume, which must exist: `outbox.json`. */
  readonly path: string;
  readonly jobId: string;
  readonly client: ImsClient;
  /** The waits between attempts; the budget is not used, since a call is tried as long as the job lives. */
  readonly retry: RetryPolicy;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** The uid of the pod that this is; undefined where there is none. */
  readonly podUid?: string | undefined;
  /** Called whenever the state may have changed. */
  readonly onChange?: (state: OutboxState) => void;
}

/** How long somebody waits for a call. */
interface Waiting {
  /** Milliseconds, together with what was waited in vain before. */
  readonly boundMs: number;
  readonly signal: AbortSignal;
}

/** A call about the image record. */
type RecordCall = Exclude<Call, { kind: 'status' }>;

/** How far IMS has been told. */
export interface OutboxState {
  /** Calls that IMS has not accepted yet, in words. */
  readonly pending: readonly string[];
  /** The last status that IMS has accepted. */
  readonly accepted: string | undefined;
  /** How the last attempt failed, when only people can mend that. */
  readonly hopeless: unknown;
  /** Whether IMS has been found to have no record of the job any more. */
  readonly isJobGone: boolean;
}

/** Calls to IMS that survive the agent: on the volume before they are sent, sent until they are accepted (H2). */
export interface Outbox {
  /** Queues a status and returns at once; an older one that still waits is dropped. Never throws. */
  tell(status: string): void;
  /**
   * Queues a call and waits for it; joins the same call when that is queued already.
   *
   * @throws Failure ImsRefused, TokenRefused at once; ImsUnavailable, TokenUnavailable after the bound, when the call
   *   stays queued unless it is a creation
   */
  deliver(call: RecordCall, waiting: Waiting): Promise<string | undefined>;
  /** Forgets what is queued and noted about an image; resolves when none of it is under way any more. */
  forget(): Promise<void>;
  /** What is needed to work on records without a queue. */
  readonly work: RecordWork;
  /** Resolves when nothing is pending; rejects when aborted. */
  settled(signal: AbortSignal): Promise<void>;
  state(): OutboxState;
  /** Calls when an attempt fails in a way that only people can mend; gives the way to end that. */
  readonly onHopeless: (listener: () => void) => () => void;
  /** What is left of a bound after what was waited in vain since IMS last did what somebody waited for. */
  leftMs(boundMs: number): number;
  /** How many pods have worked at the job, this one included; undefined where there are none. */
  readonly pods: number | undefined;
  /** Ends all attempts; what is pending stays on the volume. */
  close(): Promise<void>;
}

/** However long it was waited before, one more attempt is made and waited for. */
const LAST_ATTEMPT_MS = 10_000;

/**
 * Opens the outbox of a job and begins to send what an earlier agent has left in it.
 *
 * @throws Failure NoSpace, JournalUnreadable for a file that the volume refuses
 */
export async function openOutbox(options: OutboxOptions): Promise<Outbox> {
  const { path, jobId, client, logger } = options;
  const keeper = await openKeeper({ path, job: jobId, logger });
  const pods = options.podUid === undefined ? undefined : await countPods(keeper, options.podUid);
  const note = async (record: RecordNotes): Promise<void> => {
    await keeper.update({ record });
  };
  let isJobGone = false;
  const onJobGone = (): void => {
    isJobGone = true;
  };
  const work: RecordWork = { client, jobId, logger, notes: () => keeper.memory.record, note, onJobGone };
  const state = (): OutboxState => ({ ...stateOf(lanes, keeper), isJobGone });
  const lanes: Lanes = createLanes({
    keeper,
    work,
    retry: options.retry,
    logger,
    onChange: () => options.onChange?.(state()),
  });
  const clock = options.clock ?? systemClock;
  let spentMs = 0;
  const leftMs = (boundMs: number): number => Math.max(boundMs - spentMs, Math.min(boundMs, LAST_ATTEMPT_MS));
  return {
    work,
    tell: (status) => {
      lanes.supersede(status);
    },
    deliver: async (call, waiting) => {
      const begun = clock.monotonic();
      const forMs = leftMs(waiting.boundMs);
      try {
        const result = await deliver(lanes, { call, waiting, clock, forMs, inAllMs: spentMs + forMs });
        spentMs = 0;
        return result;
      } catch (error) {
        spentMs += clock.monotonic() - begun;
        throw error;
      }
    },
    leftMs,
    pods,
    forget: async () => {
      await lanes.drop((call) => laneOf(call) === 'record');
      await note({});
    },
    settled: lanes.settled,
    state,
    onHopeless: lanes.onHopeless,
    close: lanes.close,
  };
}

function stateOf(lanes: Lanes, keeper: Keeper): Omit<OutboxState, 'isJobGone'> {
  return { pending: lanes.pending().map(describeCall), accepted: keeper.memory.accepted, hopeless: lanes.hopeless() };
}

interface Delivering {
  readonly call: RecordCall;
  readonly waiting: Waiting;
  readonly clock: Clock;
  readonly forMs: number;
  readonly inAllMs: number;
}

async function deliver(
  lanes: Lanes,
  { call, waiting, clock, forMs, inAllMs }: Delivering,
): Promise<string | undefined> {
  waiting.signal.throwIfAborted();
  const delivery = lanes.offer(call);
  const over = new AbortController();
  const giveUp = async (): Promise<never> => {
    await clock.sleep(forMs, AbortSignal.any([waiting.signal, over.signal]));
    throw outOfTime(describeCall(call), inAllMs, delivery.lastError());
  };
  const late = giveUp();
  late.catch(() => undefined);
  try {
    return await Promise.race([delivery.done, late]);
  } catch (error) {
    delivery.leave();
    // Nobody would know of a record that is made later: whoever still wants it asks again.
    if (call.kind === 'create') await lanes.drop((other) => other.kind === 'create');
    throw waiting.signal.aborted ? waiting.signal.reason : error;
  } finally {
    over.abort();
  }
}
