// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';

import { childrenOf } from '../support/container.ts';

/** What somebody may look into, and how it is named when something is found there. */
export type Sight = ReadonlyMap<string, string>;

/** Every file below these directories. */
export async function filesBelow(...directories: readonly string[]): Promise<Sight> {
  const lists = await Promise.all(
    directories.map(async (directory) => await readdir(directory, { recursive: true, withFileTypes: true })),
  );
  const paths = lists
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  return await read(paths);
}

/** The command line of every process of the machine. */
export async function commandLines(): Promise<Sight> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return await read(pids.map((pid) => `/proc/${pid}/cmdline`));
}

/** The environment of a process and of all that it has started. */
export async function environmentsBelow(pid: number): Promise<Sight> {
  const pids = await descendants(pid);
  return await read(pids.map((each) => `/proc/${String(each)}/environ`));
}

/** The names of what holds one of these texts. */
export function finds(secrets: readonly string[], ...sights: readonly Sight[]): readonly string[] {
  return sights.flatMap((sight) =>
    [...sight].filter(([, text]) => secrets.some((secret) => text.includes(secret))).map(([name]) => name),
  );
}

async function descendants(pid: number): Promise<readonly number[]> {
  const children = await childrenOf(pid);
  return [pid, ...(await Promise.all(children.map(descendants))).flat()];
}

/** What goes away meanwhile is not there to be seen. */
async function read(paths: readonly string[]): Promise<Sight> {
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readFile(path, 'latin1').catch(() => '')] as const),
  );
  return new Map(texts);
}
