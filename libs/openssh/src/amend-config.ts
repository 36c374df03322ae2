// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { checkConfigPath } from './config-value.ts';
import { setEnvLine, type SessionVariables, type ShellEnvironment } from './set-env.ts';

/** What the sshd container adds to a configuration. */
export interface Amendment {
  readonly variables: SessionVariables;
  /** What else users see; a variable whose text sshd cannot be told is left out. */
  readonly environment?: ShellEnvironment | undefined;
  /** Stands in it unless the configuration says something of that keyword itself. */
  readonly limits?: Readonly<Record<string, string>> | undefined;
  /**
   * Keywords, in lower case, that are said on sshd's command line: of limits nothing stands in the configuration then,
   * since for some of them sshd takes the last word instead of the first.
   */
  readonly overruled?: readonly string[] | undefined;
  /** The directory that users are confined to; none when left out. */
  readonly jail?: string | undefined;
}

const BEGIN = '# begin of what ims-sshd added';
const END = '# end of what ims-sshd added';

/** Everything that a jailed user could leave by, switched off; also what `sshd -T` must say then (H35). */
export const JAIL_SETTINGS = {
  DisableForwarding: 'yes',
  AllowTcpForwarding: 'no',
  AllowAgentForwarding: 'no',
  AllowStreamLocalForwarding: 'no',
  X11Forwarding: 'no',
  PermitTunnel: 'no',
} as const;

/**
 * Adds to a configuration what users of the image root need: one `SetEnv` line before any Match block (sshd honours
 * only the first, H42), limits that it lacks and, when jailed, a Match block at the end. Amending twice is the same as amending once.
 *
 * @throws Failure ConfigurationInvalid for a value that would be more than a value (H30)
 */
export function amendConfig(text: string, amendment: Amendment): string {
  const { limits = {}, overruled = [] } = amendment;
  const gone = new Set(Object.keys(limits).map((keyword) => keyword.toLowerCase())).intersection(new Set(overruled));
  const kept = withoutOurs(text.split('\n')).filter((line) => !isSetEnv(line) && !gone.has(keywordOf(line)));
  const lines = withoutTrailingBlank(kept);
  const firstMatch = lines.findIndex((line) => keywordOf(line) === 'match');
  const at = firstMatch === -1 ? lines.length : firstMatch;
  const all = [
    ...lines.slice(0, at),
    ...limitLines(kept, limits, gone),
    setEnvLine(amendment.variables, amendment.environment ?? {}),
    ...lines.slice(at),
    ...jailBlock(amendment),
  ];
  return `${all.join('\n')}\n`;
}

/** True for a configuration that an sshd container, ours or the reference, has amended already. */
export function isAmended(text: string): boolean {
  return text.split('\n').some((line) => isSetEnv(line) || line === BEGIN);
}

/** The arguments of every line with this keyword before any Match block, e.g. of `HostKey`. */
export function valuesOf(text: string, keyword: string): string[] {
  const lines = text.split('\n');
  const firstMatch = lines.findIndex((line) => keywordOf(line) === 'match');
  return lines
    .slice(0, firstMatch === -1 ? lines.length : firstMatch)
    .filter((line) => keywordOf(line) === keyword.toLowerCase())
    .map((line) => line.trim().replace(/^[A-Za-z0-9]+\s*=?\s*/, ''))
    .map((value) => value.replace(/^"([^"]*)"$/, '$1'));
}

function limitLines(
  lines: readonly string[],
  limits: Readonly<Record<string, string>>,
  gone: ReadonlySet<string>,
): string[] {
  const text = lines.join('\n');
  return Object.entries(limits)
    .filter(([keyword]) => !gone.has(keyword.toLowerCase()) && valuesOf(text, keyword).length === 0)
    .map((limit) => limit.join(' '));
}

function jailBlock({ jail }: Amendment): string[] {
  if (jail === undefined) return [];
  const settings = Object.entries(JAIL_SETTINGS).map(([keyword, value]) => `${keyword} ${value}`);
  return [BEGIN, 'Match User root', `ChrootDirectory ${checkConfigPath('the image root', jail)}`, ...settings, END];
}

function withoutOurs(lines: readonly string[]): string[] {
  const from = lines.indexOf(BEGIN);
  if (from === -1) return [...lines];
  const to = lines.indexOf(END, from);
  return [...lines.slice(0, from), ...withoutOurs(to === -1 ? [] : lines.slice(to + 1))];
}

function withoutTrailingBlank(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== '');
  return lines.slice(0, last + 1);
}

function isSetEnv(line: string): boolean {
  return keywordOf(line) === 'setenv';
}

/** sshd's keywords know no case and may be followed by a space, a tab or an equals sign. */
function keywordOf(line: string): string {
  return /^\s*([A-Za-z0-9]+)/.exec(line)?.[1]?.toLowerCase() ?? '';
}
