// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What became of a text: a value, or why it is not one. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly found: string };

/** Turns the text of a variable into a value. An empty text never reaches a parser: it counts as unset. */
export interface Parser<T> {
  /** What is accepted, in words for the error and for `docs/environment.md`. */
  readonly accepts: string;
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

/** One of a few words, in exactly this spelling. */
export function oneOf<const W extends string>(...words: readonly W[]): Parser<W> {
  return matching(words.map((word) => `\`${word}\``).join(', '), (text) => words.find((word) => word === text));
}

/** Python's `True` or `False`; any other case is named instead of being taken for off (contract §2). */
export const pythonBoolean: Parser<boolean> = matching('`True`, `False`', (text) =>
  text === 'True' ? true : text === 'False' ? false : undefined,
);

/** `true` or `false` in any case. */
export const anyCaseBoolean: Parser<boolean> = matching('`true`, `false` (any case)', (text) =>
  /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined,
);

/** A UUID, given back in lower case. */
export const uuid: Parser<string> = matching('a UUID', (text) =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined,
);

/** An absolute path without `..`, a trailing slash dropped. */
export const absolutePath: Parser<string> = matching('an absolute path without `..`', (text) =>
  text.startsWith('/') && !text.split('/').includes('..') ? text.replace(/(?<=.)\/+$/, '') : undefined,
);

/** The bare name of a file. */
export const fileName: Parser<string> = matching('a file name without `/`', (text) =>
  !text.includes('/') && text !== '.' && text !== '..' && new TextEncoder().encode(text).length <= 255
    ? text
    : undefined,
);

/** A line of text of at most `limit` bytes. */
export function line(limit: number): Parser<string> {
  return matching(`a line of at most ${String(limit)} bytes`, (text) =>
    new TextEncoder().encode(text).length <= limit ? text : undefined,
  );
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Parser<number> {
  return matching(`a whole number from ${String(min)} to ${String(max)}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  });
}

/** An IPv4 or IPv6 address. */
export const ipAddress: Parser<string> = matching('an IP address', (text) =>
  /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]+)$/i.test(text) ? text : undefined,
);

/** An http or https address without user, password, query or fragment; a trailing slash is dropped. */
export const httpUrl: Parser<string> = matching('an http or https address', (text) => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return text.replace(/\/+$/, '');
});

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

const NO = /^(false|off|no|f|0)$/i;
const YES = /^(true|on|yes|t|1)$/i;

/** The words of contract §2: `false` and its like switch the check off, a path names the certificates. */
export const tlsChoice: Parser<TlsChoice> = matching('`true`, `false` or the absolute path of a CA file', (text) => {
  if (NO.test(text)) return { verify: false, caFile: undefined };
  if (YES.test(text)) return { verify: true, caFile: undefined };
  return text.startsWith('/') ? { verify: true, caFile: text } : undefined;
});

/** A variable of the contract that must be left empty, since this version does not offer what it asks for. */
export function notOffered(why: string): Parser<never> {
  return matching<never>(`nothing: ${why}`, () => undefined);
}
