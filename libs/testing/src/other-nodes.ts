// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { temporaryDirectory } from './directory.ts';
import { NODE, SOURCE_TREE } from './program.ts';

const run = promisify(execFile);

/** A Node that is not the pinned one. */
export interface OtherNode {
  readonly version: string;
  readonly file: string;
}

/** The Nodes of other people, the oldest first; the set-up of the tests has fetched them. None where npm has none. */
export async function otherNodes(): Promise<OtherNode[]> {
  const { stdout } = await run(NODE, [`${SOURCE_TREE}/tools/nodes/main.mjs`, '--find']);
  return Object.entries(JSON.parse(stdout) as Record<string, string>).map(([version, file]) => ({ version, file }));
}

/** The Nodes that the programs for other people promise to run on: from the oldest to the pinned one. */
export async function promisedNodes(): Promise<OtherNode[]> {
  const others = (await otherNodes()).filter(({ version }) => Number.parseInt(version, 10) >= 20);
  return [...others, { version: 'pinned', file: NODE }];
}

/** Bundles a program as it ships, and gives the file, which goes with the test. */
export async function bundled(name: string): Promise<string> {
  const dist = await temporaryDirectory('dist');
  await run(NODE, [`${SOURCE_TREE}/tools/build/build.ts`, dist, name]);
  return `${dist}/${name}.mjs`;
}
