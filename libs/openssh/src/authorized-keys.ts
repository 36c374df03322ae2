// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';

import { readIfPresent, writeAtomically } from './files.ts';

/** Marks the line of the login probe's key. */
export const PROBE_COMMENT = 'ims-probe';

/** The line that lets the probe in: no forwarding, no terminal, from this machine only, for a few minutes. */
export function probeLine(key: { publicKey: string; from: readonly string[]; until: Date }): string {
  const expiry = key.until.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return `restrict,from="${key.from.join(',')}",expiry-time="${expiry}Z" ${key.publicKey} ${PROBE_COMMENT}`;
}

/** An authorized_keys text without any line of the probe's. */
export function withoutProbeLines(text: string): string {
  const lines = text.split('\n').filter((line) => !isProbeLine(line));
  return lines.join('\n');
}

/** An authorized_keys text with the probe's line, and no older one, at its end. */
export function withProbeLine(text: string, line: string): string {
  const rest = withoutProbeLines(text);
  return `${rest}${rest === '' || rest.endsWith('\n') ? '' : '\n'}${line}\n`;
}

/** Lets the probe in. The file's mode stays; one that is made is for root only. */
export async function addProbeKey(file: string, line: string): Promise<void> {
  await rewrite(file, (text) => withProbeLine(text, line));
}

/** Takes the probe's key away, and what a killed run left of one. */
export async function removeProbeKeys(file: string): Promise<void> {
  await rewrite(file, withoutProbeLines);
}

/** Where sshd looks for root's keys: tokens and relative paths as sshd_config(5) has them. */
export function keysFileOfRoot(configured: string): string {
  const { homedir, username } = userInfo();
  const tokens: Readonly<Record<string, string>> = { '%%': '%', '%h': homedir, '%u': username, '%U': '0' };
  const path = configured.replace(/%[%huU]/g, (token) => tokens[token] ?? token);
  return path.startsWith('/') ? path : `${homedir}/${path}`;
}

async function rewrite(file: string, change: (text: string) => string): Promise<void> {
  const text = await readIfPresent(file, 'latin1');
  const changed = change(text ?? '');
  if (changed === (text ?? '')) return;
  const mode = text === undefined ? 0o600 : (await stat(file)).mode & 0o7777;
  await writeAtomically(file, Buffer.from(changed, 'latin1'), mode);
}

function isProbeLine(line: string): boolean {
  return line.startsWith('restrict,from=') && line.trimEnd().endsWith(` ${PROBE_COMMENT}`);
}
