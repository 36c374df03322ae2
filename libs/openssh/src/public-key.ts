// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';

/** One key of an authorized_keys or `.pub` file. */
export interface PublicKey {
  /** `ssh-ed25519`, … */
  readonly type: string;
  /** Base64. */
  readonly blob: string;
  readonly comment: string;
  /** As sshd logs it: `SHA256:…`. */
  readonly fingerprint: string;
}

const KEY_TYPE = /^(ssh-|ecdsa-sha2-|sk-ssh-|sk-ecdsa-sha2-)[A-Za-z0-9@.-]+$/;
const BLOB = /^AAAA[A-Za-z0-9+/]+={0,3}$/;

/**
 * Reads one line of authorized_keys (sshd(8)): options, type, key, comment.
 * Gives nothing for a comment, an empty line or one that is malformed.
 */
export function parsePublicKey(line: string): PublicKey | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  return fromWords(text) ?? fromWords(text.slice(endOfOptions(text)).trimStart());
}

/** Every key of a file. */
export function parsePublicKeys(text: string): PublicKey[] {
  return text.split('\n').flatMap((line) => parsePublicKey(line) ?? []);
}

/** The key as it stands in a known_hosts file or an annotation. */
export function shortForm(key: PublicKey): string {
  return `${key.type} ${key.blob}`;
}

function fromWords(text: string): PublicKey | undefined {
  const [type = '', blob = '', ...comment] = text.split(/[ \t]+/);
  if (!KEY_TYPE.test(type) || !BLOB.test(blob)) return undefined;
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '');
  return { type, blob, comment: printable(comment.join(' ')), fingerprint: `SHA256:${digest}` };
}

/** Options end at the first blank outside double quotes; a backslash protects a quote. */
function endOfOptions(text: string): number {
  const options = /^(?:"(?:\\"|[^"])*"|[^"\s])*/.exec(text);
  return options?.[0].length ?? 0;
}

/** A comment is anybody's text; in a log it must stay on its line. */
function printable(comment: string): string {
  return comment.replace(/\p{Cc}/gu, '').slice(0, 200);
}
