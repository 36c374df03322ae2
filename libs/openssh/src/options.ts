// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { Failure } from '@ims/runtime';

/** $SSHD_OPTIONS, taken apart. */
export interface SshdOptions {
  /** The words as sshd gets them. */
  readonly words: readonly string[];
  /** The last `-f`. */
  readonly configFile: string | undefined;
  /** The last `-E`. */
  readonly logFile: string | undefined;
  /** Paths of `-h`. */
  readonly hostKeys: readonly string[];
  /** Keywords of `-o`, in lower case. */
  readonly keywords: readonly string[];
  /** The words without `-E`, so that what sshd says comes to its caller. */
  readonly withoutLogFile: readonly string[];
}

interface Flag {
  readonly letter: string;
  readonly value: string | undefined;
}

/** Flags of sshd(8) that take a value. */
const WITH_VALUE = new Set('CEbcfghkopu');

/** Flags after which no daemon listens. */
const NO_DAEMON: Readonly<Record<string, string>> = {
  D: 'keeps sshd in the foreground',
  G: 'only prints the configuration',
  Q: 'is no longer an option of a daemon',
  R: 'is internal to sshd',
  T: 'only tests the configuration',
  V: 'only prints the version',
  d: 'is the debugging mode, in which sshd ends after one login',
  i: 'makes sshd expect a connection from inetd',
  t: 'only tests the configuration',
};

/**
 * Takes $SSHD_OPTIONS apart: split at blanks as an unquoted variable of `sh` is (quotes mean nothing), never globbed.
 *
 * @throws Failure ConfigurationInvalid for a flag with which sshd would not become a daemon
 */
export function parseSshdOptions(text: string): SshdOptions {
  const words = text.split(/[ \t\n]+/).filter((word) => word !== '');
  const flags = flagsOf(words);
  const last = (letter: string): string | undefined => flags.findLast((flag) => flag.letter === letter)?.value;
  return {
    words,
    configFile: last('f'),
    logFile: last('E'),
    hostKeys: flags.filter(({ letter }) => letter === 'h').flatMap(({ value }) => value ?? []),
    keywords: flags.filter(({ letter }) => letter === 'o').flatMap(({ value }) => keywordOf(value ?? '') ?? []),
    withoutLogFile: flags.filter(({ letter }) => letter !== 'E').flatMap(rendered),
  };
}

function keywordOf(setting: string): string | undefined {
  return /^\s*([a-z0-9]+)/i.exec(setting)?.[1]?.toLowerCase();
}

function rendered({ letter, value }: Flag): string[] {
  return value === undefined ? [`-${letter}`] : [`-${letter}`, value];
}

function flagsOf(words: readonly string[]): Flag[] {
  const flags: Flag[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!/^-[^-]/.test(word)) throw refused(`"${word}" is not an option of sshd`);
    flags.push(...flagsOfWord(word, rest));
  }
  return flags;
}

/** One word as getopt(3) reads it: `-4E file`, `-E file` and `-Efile` are the same. */
function flagsOfWord(word: string, rest: string[]): Flag[] {
  const flags: Flag[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const mode = NO_DAEMON[letter];
    if (mode !== undefined) throw refused(`-${letter} ${mode}`);
    if (!WITH_VALUE.has(letter)) {
      flags.push({ letter, value: undefined });
      continue;
    }
    const value = at + 1 < word.length ? word.slice(at + 1) : rest.shift();
    if (value === undefined) throw refused(`-${letter} lacks its value`);
    return [...flags, { letter, value }];
  }
  return flags;
}

function refused(what: string): Failure {
  return new Failure('ConfigurationInvalid', `SSHD_OPTIONS: ${what}`, {
    advice: 'give only options with which sshd becomes a daemon, such as -E FILE and -f FILE',
  });
}
