// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';

import { expect } from 'vitest';

import { childrenOf } from '../support/container.ts';
import type { World } from '../support/world.ts';

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

/** Keys, tokens, and of a presigned address what makes it one. */
export function secretsOf(world: World, address: string): readonly string[] {
  const query = new URL(address).search.slice(1);
  const signature = /Signature=(?<value>[^&]+)/i.exec(query)?.groups?.['value'] ?? '';
  expect(signature.length).toBeGreaterThan(16);
  return [...world.secrets(), world.objects.accessKey, query, signature, decodeURIComponent(signature)];
}

/** The names of what holds one of these texts, plain or in a disguise. */
export function finds(secrets: readonly string[], ...sights: readonly Sight[]): readonly string[] {
  const wanted = [...new Set(secrets.flatMap(disguisesOf))];
  return sights.flatMap((sight) =>
    [...sight].filter(([, text]) => wanted.some((secret) => text.includes(secret))).map(([name]) => name),
  );
}

/**
 * How a text stands in an address, in JSON, in the JSON of programs in Go, and within anything that is base64: the
 * header of Basic authentication, which joins it with another one, or the value of a Secret.
 */
function disguisesOf(text: string): readonly string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  const inGo = inJson.replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  return [text, encodeURIComponent(text), inJson, inGo, ...[0, 1, 2].flatMap((before) => withinBase64(text, before))];
}

/** The signs that come of a text alone, when so many bytes stand before it in its group of three. */
function withinBase64(text: string, before: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
  const end = Math.floor((bytes.length * 8) / 6);
  return (['base64', 'base64url'] as const).map((kind) => bytes.toString(kind).slice([0, 2, 3][before], end));
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
