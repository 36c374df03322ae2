// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { isIP } from 'node:net';

/** What became of a text: a value, or why it is not one. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly found: string };

/** Turns the text of a variable into a value. An empty text never reaches a parser: it counts as unset. */
export interface Parser<T> {
  /** What is accepted, in words for the error and for `docs/environment.md`. */
  readonly accepts: string;
  /** White space around a text is part of it, as of a name that people give; of any other it is dropped before. */
  readonly isVerbatim?: boolean;
  /** What its readers should know of a text that is accepted, in words that follow the variable's name. */
  readonly remark?: (text: string) => string | undefined;
  readonly parse: (text: string) => Parsed<T>;
}

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value });
const refuse = (text: string): Parsed<never> => ({ ok: false, found: JSON.stringify(text) });

// A newline or another control character could end one line of sshd_config and begin the next (H30).
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Makes a parser of texts without control characters; `read` gives nothing for what it does not take. */
export function matching<T>(accepts: string, read: (text: string) => T | undefined): Parser<T> {
  return {
    accepts,
    parse: (text) => {
      const value = CONTROL.test(text) ? undefined : read(text);
      return value === undefined ? refuse(text) : ok(value);
    },
  };
}

/** The same parser for texts whose white space counts. */
export function verbatim<T>(parser: Parser<T>): Parser<T> {
  return { ...parser, isVerbatim: true };
}

/** One of a few words, in exactly this spelling. */
export function oneOf<const W extends string>(...words: readonly W[]): Parser<W> {
  return matching(words.map((word) => `\`${word}\``).join(', '), (text) => words.find((word) => word === text));
}

const NOTHING = /^(none|null)$/i;
const NO = /^(false|off|no|f|n|0)$/i;
const YES = /^(true|on|yes|t|y|1)$/i;

/** A word for yes or no in any case; `None`, which is how Python writes that nothing was said, is no. */
export const onOrOff: Parser<boolean> = matching('`True` or `False`, also `yes`, `on`, `1`, … in any case', (text) =>
  YES.test(text) ? true : NO.test(text) || NOTHING.test(text) ? false : undefined,
);

/**
 * The same where the containers of today take everything but `True` for no: whoever writes `true` wants yes, and nobody
 * may lose a jail by a spelling.
 */
export const pythonBoolean: Parser<boolean> = {
  ...onOrOff,
  remark: (text) =>
    text === 'True' || text === 'False' ? undefined : 'is understood, but other programs may take it for `False`',
};

/**
 * One of a few words in any case, or another word for one of them.
 *
 * @param others the other words in upper case, and what each means
 */
export function anyCaseOf<const W extends string>(words: readonly W[], others: Readonly<Record<string, W>>): Parser<W> {
  return matching(`${words.map((word) => `\`${word}\``).join(', ')} (any case)`, (text) => {
    const upper = text.toUpperCase();
    return words.find((word) => word.toUpperCase() === upper) ?? others[upper];
  });
}

/** A UUID, given back in lower case. */
export const uuid: Parser<string> = matching('a UUID', (text) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined,
);

/** Bytes of a path and of each name in it that Linux takes (path_resolution(7)). */
const LONGEST_PATH = 4095;
const LONGEST_NAME = 255;

/** An absolute path without `..`, a trailing slash dropped. */
export const absolutePath: Parser<string> = verbatim(
  matching('an absolute path without `..`', (text) =>
    text.startsWith('/') && isPath(text) ? text.replace(/(?<=.)\/+$/, '') : undefined,
  ),
);

/** The path of a file below a directory, as the bare name of one there; where it begins and what `.` adds is dropped. */
export const pathBelow: Parser<string> = verbatim(
  matching('the name of a file, or its path below that directory without `..`', (text) => {
    const names = text.split('/').filter((name) => name !== '' && name !== '.');
    return isPath(text) && names.length > 0 && !/\/\.?$/.test(text) ? names.join('/') : undefined;
  }),
);

function isPath(text: string): boolean {
  const names = text.split('/');
  return !names.includes('..') && bytesOf(text) <= LONGEST_PATH && names.every((name) => bytesOf(name) <= LONGEST_NAME);
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A line of text of at most `limit` bytes. */
export function line(limit: number): Parser<string> {
  return matching(`a line of at most ${String(limit)} bytes`, (text) => (bytesOf(text) <= limit ? text : undefined));
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Parser<number> {
  return matching(`a whole number from ${String(min)} to ${String(max)}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** An IPv4 or IPv6 address. */
export const ipAddress: Parser<string> = matching('an IP address', (text) => (isIP(text) === 0 ? undefined : text));

const LONGEST_ADDRESS = 4096;

/**
 * An http or https address without user, password, query or fragment; https when it says neither, and a trailing slash
 * is dropped.
 */
export const webAddress: Parser<string> = matching('an http or https address', (text) => {
  const whole = text.includes('://') ? text : `https://${text}`;
  const url = looksLikePath(text) || whole.length > LONGEST_ADDRESS ? null : URL.parse(whole);
  return url !== null && isPlainAddress(url) ? whole.replace(/\/+$/, '') : undefined;
});

/** To URL the first part of a path is a host, however many slashes there are before it. */
function looksLikePath(text: string): boolean {
  return /^(\/|https?:\/[^/])/i.test(text);
}

function isPlainAddress({ protocol, hostname, username, password, search, hash }: URL): boolean {
  return (
    /^https?:$/.test(protocol) && hostname !== '' && [username, password, search, hash].every((part) => part === '')
  );
}

/** An md5 in hex, given back in lower case. */
export const md5: Parser<string> = matching('32 hex digits', (text) =>
  /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : undefined,
);

/** The name of a bucket, as generous as Ceph is with those that are old. */
export const bucketName: Parser<string> = matching('the name of a bucket', (text) =>
  /^[a-z0-9][a-z0-9._-]{1,253}[a-z0-9]$/i.test(text) && !text.includes('..') ? text : undefined,
);

/** How a server's certificate is checked: by the system's trust, by a file of certificates, or not at all. */
export type TlsChoice = { readonly verify: boolean; readonly caFile: string | undefined };

/** The words of reference §2: `false` and its like switch the check off, a path names the certificates; `None` says nothing. */
export const tlsChoice: Parser<TlsChoice> = matching('`true`, `false` or the absolute path of a CA file', (text) => {
  if (NO.test(text)) return { verify: false, caFile: undefined };
  if (YES.test(text) || NOTHING.test(text)) return { verify: true, caFile: undefined };
  const path = absolutePath.parse(text);
  return path.ok ? { verify: true, caFile: path.value } : undefined;
});

/** A variable of the contract that must be left empty, since this version does not offer what it asks for. */
export function notOffered(why: string): Parser<never> {
  return matching<never>(`nothing: ${why}`, () => undefined);
}
