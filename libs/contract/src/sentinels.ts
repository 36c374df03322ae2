// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/**
 * Where a sentinel lies:
 * `parent` is the shared volume; `user` is the volume too, or the image's `/tmp` when the shell is jailed;
 * `private` is {@link PRIVATE_DIRECTORY}, which only this pair knows.
 */
export type SentinelPlace = 'parent' | 'user' | 'private';

/** Who writes or reads a sentinel. */
export type Party = 'agent' | 'sshd' | 'user' | 'builder';

/** One row of {@link SENTINELS}. */
export interface SentinelRow {
  readonly file: string;
  readonly place: SentinelPlace;
  readonly writers: readonly Party[];
  readonly readers: readonly Party[];
  /**
   * First lines by which a file is a note of our own programs. Whatever else stands in it is a person's own text, also
   * when it is a word that means something in another file.
   */
  readonly tokens: readonly string[];
  readonly meaning: string;
}

/** With these one half says that it gave up. */
export const RELEASE_TOKENS = ['failed', 'interrupted', 'peer-lost'] as const;

/** Directory on the volume, owned by root with mode 0700, for what no reference container knows. */
export const PRIVATE_DIRECTORY = '.ims';

/** Every signal file of the hand-over (reference §1.1); those in the private directory are our own. */
export const SENTINELS = {
  ready: {
    file: 'ready',
    place: 'parent',
    writers: ['agent'],
    readers: ['sshd'],
    tokens: ['ready'],
    meaning: 'sshd may start: its configuration and keys are in place, stale flags are gone',
  },
  complete: {
    file: 'complete',
    place: 'user',
    writers: ['user'],
    readers: ['sshd', 'agent'],
    tokens: [],
    meaning: 'the user is done: publish the image',
  },
  failed: {
    file: 'failed',
    place: 'user',
    writers: ['user', 'sshd', 'agent'],
    readers: ['sshd', 'agent'],
    tokens: RELEASE_TOKENS,
    meaning: 'the customization failed: do not publish; wins over `complete`',
  },
  refused: {
    file: 'complete.refused',
    place: 'user',
    writers: ['sshd'],
    readers: ['user'],
    tokens: ['refused'],
    meaning: 'why the last `complete` was taken back',
  },
  exiting: {
    file: 'exiting',
    place: 'parent',
    writers: ['sshd', 'agent'],
    readers: ['sshd', 'agent'],
    tokens: ['done', ...RELEASE_TOKENS],
    meaning:
      'every session is gone and sshd is going down; `done`, also by an agent, means that no shell is needed any more',
  },
  buildFailed: {
    file: 'build_failed',
    place: 'parent',
    writers: ['builder'],
    readers: ['sshd', 'agent'],
    tokens: [],
    meaning: 'the build of a create job failed',
  },
  agentAlive: {
    file: 'agent.alive',
    place: 'private',
    writers: ['agent'],
    readers: ['sshd'],
    tokens: ['alive'],
    meaning: 'heartbeat of the agent: its modification time moves',
  },
  agentGone: {
    file: 'agent.gone',
    place: 'private',
    writers: ['agent'],
    readers: ['sshd'],
    tokens: RELEASE_TOKENS,
    meaning: 'the agent of the pod that is named could not even begin, and does not come any more',
  },
  sshdAlive: {
    file: 'sshd.alive',
    place: 'private',
    writers: ['sshd'],
    readers: ['agent'],
    tokens: ['alive'],
    meaning: 'heartbeat of the sshd container',
  },
  door: {
    file: 'door',
    place: 'private',
    writers: ['sshd'],
    readers: ['agent'],
    tokens: ['open'],
    meaning: 'token `open`: the login probe worked, the message holds the host keys',
  },
  question: {
    file: 'question',
    place: 'private',
    writers: ['sshd'],
    readers: ['agent'],
    tokens: ['asked'],
    meaning: 'the user said complete: may the shell go? The message holds number and open terminals',
  },
  verdict: {
    file: 'verdict',
    place: 'private',
    writers: ['agent'],
    readers: ['sshd'],
    tokens: ['accepted', 'refused', 'rejected'],
    meaning: 'token `accepted`, `refused` (the shell stays) or `rejected` (the job fails), then number and reason',
  },
} as const satisfies Record<string, SentinelRow>;

/** The name of a sentinel in code. */
export type SentinelName = keyof typeof SENTINELS;

/** The name under which a sentinel is written before it gets its own; one is left when its writer is killed. */
export function temporarySentinel(file: string, unique: string): string {
  return `.${file}.${unique}`;
}

/** Whether a name is one that {@link temporarySentinel} gives to `file`. */
export function isTemporarySentinel(name: string, file: string): boolean {
  return name.startsWith(`.${file}.`) && /^[0-9a-f]{12}$/.test(name.slice(file.length + 2));
}

/** The name in the image's `/tmp` under which a script of the user is run over ssh; the token is a UUID. */
export function scriptCopy(token: string): string {
  return `ims-script.${token}`;
}

/** Whether a name in the image's `/tmp` is one of {@link scriptCopy}. */
export function isScriptCopy(name: string): boolean {
  return /^ims-script\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
}

/** What a writer of ours puts into a sentinel: the first line is the token, the rest the message. */
export interface Note {
  readonly token: string;
  readonly message: string;
}

/**
 * What stands at a sentinel's path. A flag counts when it is `present`; an empty file is present,
 * because the other side may be the reference, and text that is not ours is kept as `unrecognised`.
 */
export type Sentinel =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable'; readonly found: string }
  | { readonly kind: 'present'; readonly content: 'empty' }
  | { readonly kind: 'present'; readonly content: 'note'; readonly note: Note }
  | { readonly kind: 'present'; readonly content: 'unrecognised'; readonly text: string };

/** A token of ours. */
export type Token = (typeof SENTINELS)[SentinelName]['tokens'][number];

/** Every token that our own programs write, in the order of the table. */
export const TOKENS: readonly Token[] = [...new Set(Object.values(SENTINELS).flatMap(({ tokens }) => tokens))];

/** A note with a token of ours. */
export type OwnNote = Note & { readonly token: Token };

/** A text without a token: what somebody who is no part of the pair has to say. */
export interface Words {
  readonly words: string;
}
