// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isReason } from './errors.ts';
import { RELEASE_TOKENS, SENTINELS, type Note, type OwnNote, type Sentinel, type SentinelName } from './sentinels.ts';

/** What the sshd container asks when the user said complete, the shell still open. */
export interface Question {
  /** Tells one question from the next, also across restarts. */
  readonly id: string;
  /** How many people sit at a terminal. */
  readonly terminals: number;
}

/** The agent's answer: the shell may go, it stays, or the job fails. */
export interface Verdict {
  readonly id: string;
  readonly answer: 'accepted' | 'refused' | 'rejected';
  /** Why not, for a person; empty when accepted. */
  readonly reason: string;
}

/** The text of a `question` sentinel. */
export function encodeQuestion(question: Question): OwnNote {
  return { token: 'asked', message: `${question.id} ${String(question.terminals)}` };
}

/** The question in a sentinel, or `undefined` when there is none that we understand. */
export function decodeQuestion(sentinel: Sentinel): Question | undefined {
  const note = noteOf(sentinel);
  const match = note?.token === 'asked' ? /^([\w-]{1,64}) (\d{1,6})$/.exec(note.message.trim()) : null;
  return match?.[1] === undefined ? undefined : { id: match[1], terminals: Number(match[2]) };
}

/** The text of a `verdict` sentinel. */
export function encodeVerdict(verdict: Verdict): OwnNote {
  return { token: verdict.answer, message: `${verdict.id}\n${verdict.reason}` };
}

/** The verdict in a sentinel, or `undefined` when there is none that we understand. */
export function decodeVerdict(sentinel: Sentinel): Verdict | undefined {
  const note = noteOf(sentinel);
  if (note?.token !== 'accepted' && note?.token !== 'refused' && note?.token !== 'rejected') return undefined;
  const [id = '', ...reason] = note.message.split('\n');
  return { id, answer: note.token, reason: reason.join('\n') };
}

/**
 * Whether one of our programs wrote this into the sentinel: anything else there is a person's own text. Where people
 * write, a release is taken for one only with a reason of our table: `echo failed > failed` is somebody's word.
 */
export function isOwnNote(name: SentinelName, note: Note): boolean {
  const { tokens, place }: { tokens: readonly string[]; place: string } = SENTINELS[name];
  if (!tokens.includes(note.token)) return false;
  return place !== 'user' || !isReleaseToken(note.token) || isReason(note.message.split('\n', 1)[0] ?? '');
}

/** The note in a sentinel, if one of our programs wrote it. */
export function noteOf(sentinel: Sentinel): Note | undefined {
  return sentinel.kind === 'present' && sentinel.content === 'note' ? sentinel.note : undefined;
}

/** What a person wrote into a flag, or what the note says; empty when the flag is empty. */
export function textOf(sentinel: Sentinel): string {
  if (sentinel.kind !== 'present' || sentinel.content === 'empty') return '';
  return sentinel.content === 'note' ? sentinel.note.message.trim() : sentinel.text.trim();
}

/** One half gave up and releases the other: in `failed` or `exiting`, and never a user's word. */
export interface Release {
  readonly token: (typeof RELEASE_TOKENS)[number];
  /** A reason of the errors table, as far as the writer knew one. */
  readonly reason: string;
  readonly message: string;
}

/** The text of a `failed` or `exiting` sentinel with which one half gives up. */
export function encodeRelease(release: Release): OwnNote {
  return { token: release.token, message: `${release.reason}\n${release.message}` };
}

/** The release in a sentinel, or `undefined` when it holds a user's word or nothing. */
export function decodeRelease(sentinel: Sentinel): Release | undefined {
  const note = noteOf(sentinel);
  if (note === undefined || !isReleaseToken(note.token)) return undefined;
  const [reason = '', ...message] = note.message.split('\n');
  return { token: note.token, reason, message: message.join('\n') };
}

function isReleaseToken(token: string): token is Release['token'] {
  return (RELEASE_TOKENS as readonly string[]).includes(token);
}

/** An agent that could not begin: of which pod, and why. */
export interface Departure {
  /** A later pod of the job has another name, and an agent of its own. */
  readonly pod: string;
  readonly release: Release;
}

/** The text of an `agentGone` sentinel. */
export function encodeDeparture({ pod, release }: Departure): OwnNote {
  const { token, message } = encodeRelease(release);
  return { token, message: `${pod}\n${message}` };
}

/** The departure in a sentinel, or `undefined` when there is none that we understand. */
export function decodeDeparture(sentinel: Sentinel): Departure | undefined {
  const note = noteOf(sentinel);
  if (note === undefined) return undefined;
  const [pod = '', ...rest] = note.message.split('\n');
  const message = rest.join('\n');
  const release = decodeRelease({ kind: 'present', content: 'note', note: { ...note, message } });
  return release === undefined || pod === '' ? undefined : { pod, release };
}
