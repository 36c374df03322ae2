// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { plainLine } from '@ims/http';
import { retryAfterOf } from '@ims/retry';
import { Failure } from '@ims/runtime';
import type { Action } from './actions.ts';
import { ABSENT, REASONS, ruleForAnswer, ruleForSocket, type ErrorRule, type Role, type Verdict } from './transient.ts';

/** A failure of one call. It keeps nothing of the SDK's error, which holds the access key and signatures (H34). */
export class S3Failure extends Failure {
  readonly verdict: Verdict;
  /** The code of S3 or of Node, or `''`. */
  readonly code: string;
  readonly status: number | undefined;
  /** When the service said that it wants to be asked again. */
  readonly retryAfterMs: number | undefined;

  constructor(
    what: { readonly role: Role; readonly target: string },
    rule: ErrorRule,
    answer: Partial<Answer> & Pick<Answer, 'code'>,
  ) {
    const { code, status, words = '' } = answer;
    const named = [status, code].filter((word) => word !== undefined && word !== '' && word !== String(status));
    const quoted = words === '' ? '' : `the service says: ${words}`;
    const how = [named.join(' '), rule.meaning, quoted].filter((text) => text !== undefined && text !== '').join(', ');
    const message = `${VERBS[rule.verdict]} ${what.target}: ${how === '' ? 'no reason was given' : how}`;
    super(REASONS[what.role][rule.verdict], message, rule.advice === undefined ? {} : { advice: rule.advice });
    this.verdict = rule.verdict;
    this.code = code;
    this.status = status;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

const VERBS: Readonly<Record<Verdict, string>> = {
  passing: 'S3 fails for now at',
  permanent: 'S3 refuses',
  stalled: 'a transfer stalled at',
  full: 'S3 has no room for',
};

/** Whether the same call may work when it is done again. */
export function isPassing(error: unknown): boolean {
  return error instanceof S3Failure && (error.verdict === 'passing' || error.verdict === 'stalled');
}

/** Whether S3 said that there is no such object, bucket apart, or no such upload. */
export function isAbsent(error: unknown): boolean {
  return error instanceof S3Failure && error.status === 404 && error.code !== 'NoSuchBucket' && !isPassing(error);
}

/** Whether the service answered with this status and one of these codes; `''` for an answer without one, as a HEAD's. */
export function isAnswer(error: unknown, status: number, ...codes: string[]): boolean {
  return error instanceof S3Failure && error.status === status && codes.includes(error.code);
}

/** Whether what an upload was made of is gone: somebody has given it up, or the answer about it was a lie. */
export function isLost(error: unknown): boolean {
  return isAnswer(error, 404, 'NoSuchUpload') || isAnswer(error, 400, 'InvalidPart');
}

/** Whether the service knows the user and does not let it do this. */
export function isDenied(error: unknown): boolean {
  return isAnswer(error, 403, '', 'AccessDenied');
}

/** What failed, as a call knows it. */
interface Failed {
  readonly role: Role;
  readonly target: string;
  /** What the user needs the right to do. */
  readonly action?: Action | undefined;
  readonly stallMs: number;
  readonly bare404?: 'absent' | undefined;
  /** Who we say that we are: never repeated. */
  readonly accessKeyId?: string;
}

/** Anything that the SDK throws, without what is secret in it; a defect of ours is passed on as it is. */
export function failureOf(what: Failed, error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error;
  const answer = answerOf(error, what.accessKeyId);
  if (answer !== undefined) return new S3Failure(what, ruleFor(what, answer), answer);
  const code = socketCodeOf(error);
  if (error.name === 'TimeoutError' && code === '')
    return new S3Failure(what, timeoutRule(error, what.stallMs), { code });
  const rule = ruleForSocket(code) ?? (error instanceof SyntaxError ? ruleForAnswer(200, '') : undefined);
  return rule === undefined ? error : new S3Failure(what, rule, { code });
}

function ruleFor({ bare404, action }: Failed, { status, code }: Answer): ErrorRule {
  if (status === 404 && code === '' && bare404 === 'absent') return ABSENT;
  const rule = ruleForAnswer(status, code);
  return action !== undefined && isForRights(status, code) ? withAction(rule, action) : rule;
}

function isForRights(status: number, code: string): boolean {
  return status === 403 && (code === '' || code === 'AccessDenied');
}

function withAction(rule: ErrorRule, action: Action): ErrorRule {
  return { ...rule, meaning: `${rule.meaning ?? 'access is denied'} (${action})` };
}

function timeoutRule(error: Error, stallMs: number): ErrorRule {
  const seconds = `${String(stallMs / 1000)} s`;
  return error.message.includes('establish a connection')
    ? { verdict: 'passing', meaning: `no connection within ${seconds}` }
    : { verdict: 'stalled', meaning: `no byte moved for ${seconds}` };
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  /** The service's own words. */
  readonly words: string;
}

/** What the SDK adds to the errors it makes of answers. */
interface SdkError {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly statusCode?: number; readonly headers?: Readonly<Record<string, string>> };
  readonly Code?: string;
}

function answerOf(error: Error, accessKeyId = ''): Answer | undefined {
  const { $metadata, $response, Code } = error as SdkError;
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status === undefined) return undefined;
  const code = codeOf(Code ?? error.name);
  // Without a code the words are the SDK's.
  const words = Code === undefined ? '' : wordsOf(code, error.message, accessKeyId);
  return { status, code, retryAfterMs: retryAfterOf($response?.headers ?? {}), words };
}

/** Errors whose words repeat keys, tokens or what was signed. */
const ABOUT_KEYS = /AccessKey|Signature|Token|Authorization|Credential/;

/** What the SDK has for a message that is empty, and what says no more than the code. */
const NO_WORDS = /^(UnknownError|[A-Z][A-Za-z0-9]*)?$/;

function wordsOf(code: string, message: string, accessKeyId: string): string {
  if (ABOUT_KEYS.test(code) || NO_WORDS.test(message)) return '';
  const known = accessKeyId === '' ? message : message.replaceAll(accessKeyId, '…');
  return plainLine(known.replaceAll(/Signature=\S+|[0-9a-fA-F]{40,}/g, '…'));
}

/** Names of errors that say no more than the status does; `NotFound` is what the SDK calls a 404 without a code. */
const EMPTY_CODES = new Set([
  'Error',
  'Unknown',
  'NotFound',
  'UnknownError',
  'SyntaxError',
  'TypeError',
  'S3ServiceException',
]);

/** A code is a word; what a broken server sends instead is not repeated. */
function codeOf(name: string): string {
  return EMPTY_CODES.has(name) || !/^[A-Za-z0-9.]{1,64}$/.test(name) ? '' : name;
}

/** The code of a socket's error; one that tried several addresses holds one for each. */
function socketCodeOf(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const code: unknown = Reflect.get(error, 'code') ?? (inner instanceof Error ? Reflect.get(inner, 'code') : undefined);
  return typeof code === 'string' ? code : '';
}
