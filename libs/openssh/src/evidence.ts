// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What marks a user's process that can no longer be traced to sshd. */
export interface Marks {
  /** The image root as the kernel names it: absolute, without links. */
  readonly imageRoot: string;
  readonly jobId: string;
  /** sshd's log: an sshd that holds it serves one of our connections. */
  readonly logFile: string | undefined;
  readonly proc: string;
}

const WRITE_ACCESS = 0o3;

/**
 * Whether a process works in the image root, runs from it, has a file of it open for writing or mapped, or
 * carries the job's variables as only ssh users get them. What must not be looked at counts as no evidence.
 */
export function touchesImageRoot(pid: number, marks: Marks): boolean {
  const base = `${marks.proc}/${String(pid)}`;
  const inside = (path: string | undefined): boolean =>
    path !== undefined && (path === marks.imageRoot || path.startsWith(`${marks.imageRoot}/`));
  const links = ['root', 'cwd', 'exe'].map((name) => linkOf(`${base}/${name}`));
  return (
    links.some(inside) ||
    carriesJob(textOf(`${base}/environ`), marks.jobId) ||
    holdsOpen(base, { inside, marks, program: links[2] }) ||
    mapped(textOf(`${base}/maps`)).some(inside)
  );
}

/** IMS_ARCH is what tells a user's process from ours: of the pair, only ssh users have it (reference §2). */
export function carriesJob(environment: string, jobId: string): boolean {
  const entries = environment.split('\0');
  return entries.includes(`IMS_JOB_ID=${jobId}`) && entries.some((entry) => entry.startsWith('IMS_ARCH='));
}

/** Files that a process runs code from or writes to through memory (proc(5), maps). */
export function mapped(maps: string): string[] {
  return maps.split('\n').flatMap((line) => {
    const [, access = '', path] = /^\S+ (\S+) \S+ \S+ \d+ +(\/.*)$/.exec(line) ?? [];
    const matters = access.includes('x') || (access.includes('w') && access.includes('s'));
    return path !== undefined && matters ? [path] : [];
  });
}

function holdsOpen(
  base: string,
  look: { inside: (path: string | undefined) => boolean; marks: Marks; program: string | undefined },
): boolean {
  const isSshd = look.program !== undefined && basename(look.program).startsWith('sshd');
  return namesIn(`${base}/fd`).some((name) => {
    const path = linkOf(`${base}/fd/${name}`);
    if (isSshd && path !== undefined && path === look.marks.logFile) return true;
    return look.inside(path) && isWritable(textOf(`${base}/fdinfo/${name}`));
  });
}

function isWritable(info: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & WRITE_ACCESS) !== 0;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
