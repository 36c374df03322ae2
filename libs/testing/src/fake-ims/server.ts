// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { setTimeout as delay } from 'node:timers/promises';

import type { TokenServer } from '../token-server.ts';
import { startWebServer, type ServerTls, type WebAnswer, type WebRequest, type WebServer } from '../web-server.ts';
import { NOT_AUTHORIZED } from './answers.ts';
import { objectsBelow } from './objects.ts';
import { newJob, type ImsImage, type ImsJob } from './records.ts';
import { BASE, route } from './routes.ts';
import type { MetadataHandling, State } from './state.ts';

/** How a fake IMS is started. */
export interface FakeImsOptions {
  /** Whose tokens are asked for; none are when left out. */
  readonly tokens?: Pick<TokenServer, 'isValid'> | undefined;
  /** The object store: buckets are directories in this one. Without it no object is looked for. */
  readonly s3?: { readonly directory: string } | undefined;
  readonly tls?: ServerTls | undefined;
  /** The jobs that are there from the start. */
  readonly jobs?: readonly Partial<ImsJob>[];
  /** `refused` and `misread` are servers before 3.24. */
  readonly metadata?: MetadataHandling;
  /** The same as `metadata: 'refused'`. */
  readonly olderThan324?: boolean;
  /** How long each request takes; the next one waits for it. */
  readonly delayMs?: number;
}

/** A request that was answered. */
export interface ImsCall {
  readonly method: string;
  /** Below the address of IMS: `/images/ID`. */
  readonly path: string;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
  readonly status: number;
  /** Milliseconds of the system's clock, when it was answered. */
  readonly at: number;
}

/** A server that keeps to reference §6.2 to §6.4. */
export interface FakeIms extends Omit<WebServer, 'origin'> {
  /** What `IMS_URL` is set to. */
  readonly url: string;
  images(): readonly ImsImage[];
  jobs(): readonly ImsJob[];
  /** In the order of the answers. */
  readonly calls: readonly ImsCall[];
  /** How many requests have come in and are not answered yet. */
  readonly busy: number;
  /** Makes the record of a job, as somebody does who asks for one. */
  addJob(changes?: Partial<ImsJob>): ImsJob;
  /** Removes the record of a job, as somebody does who has given it up. */
  removeJob(id: string): void;
  /** The jobs for which Kubernetes has removed what it held, once for each time. */
  readonly cleanups: readonly string[];
  /** The next so many last statuses are not stored: Kubernetes does not remove what it holds. */
  failCleanup(times: number): void;
}

/**
 * Starts an IMS that stops with the test. It does one thing at a time, as the real one does.
 *
 * @example
 * const ims = await startFakeIms({ tokens, s3: objectStore });
 * const { id } = ims.addJob();
 */
export async function startFakeIms(options: FakeImsOptions = {}): Promise<FakeIms> {
  const state = stateOf(options);
  const calls: ImsCall[] = [];
  const addJob = (changes?: Partial<ImsJob>): ImsJob => {
    const job = newJob(changes);
    state.jobs.set(job.id, job);
    return structuredClone(job);
  };
  for (const job of options.jobs ?? []) addJob(job);
  const answer = async (request: WebRequest): Promise<WebAnswer> => {
    request.gone.throwIfAborted();
    await delay(options.delayMs ?? 0, undefined, { signal: request.gone });
    const given = isAuthorized(request, options) ? await route(state, request) : NOT_AUTHORIZED;
    calls.push(callOf(request, given.status));
    return given;
  };
  const queue = oneAtATime();
  const { origin, ...server } = await startWebServer({
    tls: options.tls,
    answer: async (request) => await queue.add(async () => await answer(request)),
  });
  return {
    ...server,
    url: `${origin}${BASE}`,
    images: () => structuredClone([...state.images.values()]),
    jobs: () => structuredClone([...state.jobs.values()]),
    calls,
    get busy() {
      return queue.size;
    },
    addJob,
    removeJob: (id) => {
      state.jobs.delete(id);
    },
    cleanups: state.cleanup.done,
    failCleanup: (times) => {
      state.cleanup.failures = times;
    },
  };
}

function stateOf(options: FakeImsOptions): State {
  return {
    images: new Map(),
    jobs: new Map(),
    objects: options.s3 === undefined ? undefined : objectsBelow(options.s3.directory),
    metadata: options.metadata ?? (options.olderThan324 === true ? 'refused' : 'kept'),
    cleanup: { failures: 0, done: [] },
  };
}

function isAuthorized({ headers }: WebRequest, { tokens }: FakeImsOptions): boolean {
  const token = /^bearer (?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.['token'];
  return tokens === undefined || (token !== undefined && tokens.isValid(token));
}

function callOf({ method, path, body }: WebRequest, status: number): ImsCall {
  const text = body.toString('utf8');
  return { method, path: path.replace(BASE, ''), body: jsonOr(text), status, at: Date.now() };
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface Queue {
  readonly size: number;
  readonly add: <T>(work: () => Promise<T>) => Promise<T>;
}

function oneAtATime(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add: async (work) => {
      size += 1;
      const mine = last.then(work).finally(() => {
        size -= 1;
      });
      last = mine.catch(() => undefined);
      return await mine;
    },
  };
}
