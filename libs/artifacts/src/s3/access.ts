// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { S3Client } from '@aws-sdk/client-s3';

import { retrying } from '@ims/retry';
import { Failure, type Logger } from '@ims/runtime';
import type { Action } from './actions.ts';
import { createClients } from './client.ts';
import { failureOf, isPassing, S3Failure } from './failure.ts';
import type { S3Settings } from './settings.ts';
import { createLearned, type Learned } from './traits.ts';
import { ruleForAnswer, type Role } from './transient.ts';
import { createSchemeCheck } from './wrong-scheme.ts';

/** What tidying up may take, in milliseconds: the job is ending or has better things to do. */
const TIDY_MS = 10_000;

/** How long an answer is waited for after the job was aborted, in milliseconds. */
const LINGER_MS = 5_000;

/** One call of the SDK. */
type Step<T> = (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/** What a call is for. */
export interface Call {
  /** For the log: `storing rootfs, part 3`. */
  readonly what: string;
  /** The right that it needs, for whoever has to grant it. */
  readonly action: Action;
  /** What is named in errors; the bucket when left out. */
  readonly key?: string;
  readonly signal: AbortSignal;
  /** For a call on which the server may have to work for minutes. */
  readonly patient?: 'patient';
  /** For a call whose answer alone tells what it has left on the server: an abort breaks it off only after a while. */
  readonly onAbort?: 'linger';
  /** For a HEAD, whose answers have no body: 404 without a code says then that there is no such object. */
  readonly bare404?: 'absent';
}

/** A bucket, and how calls are made to it. */
export interface Access {
  readonly bucket: string;
  readonly settings: S3Settings;
  readonly logger: Logger;
  /** How the service wants to be spoken to. */
  readonly learned: Learned;
  /** One attempt; whatever goes wrong is a Failure that holds no secret. */
  once<T>(call: Call, step: Step<T>): Promise<T>;
  /** An answer that S3 never gives: a portal or a proxy has spoken in its place. */
  strange(key: string): S3Failure;
  /** Attempts within the budget. */
  call<T>(call: Call, step: Step<T>): Promise<T>;
  /** Something whose failure is a warning and no more; done even when the job was aborted. */
  tidy(what: string, step: (signal: AbortSignal) => Promise<unknown>): Promise<void>;
}

/** Opens a bucket; nothing is sent yet. */
export function openAccess(
  options: { readonly bucket: string; readonly settings: S3Settings; readonly logger: Logger },
  role: Role,
): Access {
  const { bucket, settings, logger } = options;
  const clients = createClients(settings);
  const host = new URL(settings.endpoint).host;
  const { accessKeyId } = settings.credentials;
  const withScheme = createSchemeCheck(settings.endpoint, role);
  const targetOf = (key?: string): string => `s3://${bucket}${key === undefined ? '' : `/${key}`} at ${host}`;
  const once = async <T>(call: Call, step: Step<T>): Promise<T> => {
    const { key, action, signal, patient = 'usual', onAbort, bare404 } = call;
    signal.throwIfAborted();
    using sending = onAbort === 'linger' ? lingering(signal) : undefined;
    try {
      return await step(clients[patient], { abortSignal: sending?.signal ?? signal });
    } catch (error) {
      signal.throwIfAborted();
      const failed = { role, target: targetOf(key), action, stallMs: settings.stallMs, bare404, accessKeyId };
      throw await withScheme(failureOf(failed, error));
    }
  };
  return {
    bucket,
    settings,
    logger,
    learned: createLearned(logger),
    once,
    strange: (key) => new S3Failure({ role, target: targetOf(key) }, ruleForAnswer(200, ''), { code: '', status: 200 }),
    call: async (call, step) =>
      await retrying(
        { ...retryRules(settings, logger), what: call.what, signal: call.signal, isTransient: isPassing },
        async () => await once(call, step),
      ),
    tidy: async (what, step) => {
      await step(AbortSignal.timeout(TIDY_MS)).catch((error: unknown) => {
        logger.warn({ err: error }, `${what} failed; nothing but space is lost`);
      });
    },
  };
}

/** A signal that aborts as another one does, some time later. */
function lingering(signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const [late, over] = [new AbortController(), new AbortController()];
  const onAbort = (): void => {
    const timer = setTimeout(() => {
      late.abort(signal.reason);
    }, LINGER_MS);
    over.signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  };
  signal.addEventListener('abort', onAbort, { once: true, signal: over.signal });
  return {
    signal: late.signal,
    [Symbol.dispose]: () => {
      over.abort();
    },
  };
}

/** The parts of a retry that are the same for all calls. */
export function retryRules(
  settings: S3Settings,
  logger: Logger,
): Pick<Parameters<typeof retrying>[0], 'policy' | 'logger' | 'clock'> {
  return { policy: settings.retry, logger, clock: settings.clock };
}

/** Something that S3 holds and that is not what it should be. */
export function differs(bucket: string, key: string, how: string): Failure {
  return new Failure('VerificationFailed', `s3://${bucket}/${key} ${how}`);
}
