// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { PodCondition, PodEvent } from '@ims/contract';

/** A condition with its times, as it stands on the pod. */
export interface TimedCondition extends PodCondition {
  /** RFC 3339, UTC: when it last changed between true and false. */
  readonly lastTransitionTime: string;
}

/** What stands on the pod. */
export interface PodSeen {
  readonly uid: string;
  /** Newer API servers count the changes of a pod's specification. */
  readonly generation: number | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly conditions: readonly TimedCondition[];
}

/** An event that is ready to be told. */
export interface EventDraft extends PodEvent {
  /** Tells the events of one pod apart. The same for every attempt, so that none is told twice. */
  readonly id: string;
  readonly when: Date;
  /** How often it has happened so far; a series when more than once. */
  readonly count: number;
  /** Which of the events that waited it tells, and how often each had happened. */
  readonly tells: Readonly<Record<string, number>>;
}

/** Something that is written to the pod. `null` takes an annotation away. */
export type Write =
  | {
      readonly kind: 'annotations';
      readonly uid: string;
      readonly patch: Readonly<Record<string, string | null>>;
      /** It holds nothing that anybody waits for. */
      readonly isMinor: boolean;
    }
  | {
      readonly kind: 'conditions';
      readonly uid: string;
      readonly generation: number | undefined;
      readonly conditions: readonly TimedCondition[];
    }
  | { readonly kind: 'event'; readonly uid: string; readonly event: EventDraft };

/** What of the pod is written. */
export type WriteKind = Write['kind'];

/** The own pod at the API server; it does not retry. */
export interface PodApi {
  /** @throws ApiRefusal */
  read(signal: AbortSignal): Promise<PodSeen>;
  /** @throws ApiRefusal */
  write(write: Write, signal: AbortSignal): Promise<void>;
}

/**
 * How a call went wrong: `passing` may work later, `forbidden` when somebody grants it, `gone` means that there is no
 * such pod any more, `rejected` that this very call will never work.
 */
export type RefusalKind = 'passing' | 'forbidden' | 'gone' | 'rejected';

/** A call that the API server did not carry out. Its message is one line without headers, tokens or bodies (H34). */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly kind: RefusalKind;
  /** When the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: RefusalKind, message: string, retryAfterMs?: number) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}
