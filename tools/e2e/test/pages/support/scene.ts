// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname } from 'node:path';

import { followed, NODE, SOURCE_TREE, temporaryDirectory } from '@ims/testing';

import type { Job } from '../../support/job.ts';

/** Where the reader of a page sits. */
export interface Scene {
  /** All of it; goes with the test. */
  readonly directory: string;
  /** Where the shell is when it opens: a clone. */
  readonly clone: string;
  /** The first directory of its `PATH`. */
  readonly bin: string;
  /** What the shell sees as `/mnt`, as `/srv` and as the home of its user. */
  readonly mnt: string;
  readonly srv: string;
  readonly home: string;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What lies somewhere else in the eyes of the shell alone, in the order in which it is put there. */
  readonly mounts: readonly (readonly [source: string, place: string])[];
}

/** The programs that a pod has on its `PATH`, by the app they come from. */
const PROGRAMS = { 'ims-agent': 'agent', 'ims-sentinel': 'sentinel' };

/**
 * A machine with a clone of this source, to which pages may add files; with `/mnt`, `/srv` and a home of its own; and
 * with the programs of a pod on the `PATH`.
 */
export async function setScene(name: string): Promise<Scene> {
  const directory = await temporaryDirectory(`page-${name}`);
  await chmod(directory, 0o755);
  const at = (name: string): string => `${directory}/${name}`;
  const [clone, bin, mnt, srv, home] = [at('clone'), at('bin'), at('mnt'), at('srv'), at('home')] as const;
  // The demonstration image is made once for the machine, as it is for whoever works on it.
  const [demo, cache] = [`${homedir()}/${CACHE}`, `${home}/${CACHE}`];
  for (const path of [clone, bin, mnt, srv, demo, cache]) await mkdir(path, { recursive: true });
  // What is built lies in the clone, too, as soon as it is there.
  for (const entry of new Set([...(await readdir(SOURCE_TREE)), 'dist']))
    await symlink(`${SOURCE_TREE}/${entry}`, `${clone}/${entry}`);
  for (const [program, app] of Object.entries(PROGRAMS))
    await addProgram(bin, program, `exec '${NODE}' '${SOURCE_TREE}/apps/${app}/src/main.ts' "$@"`);
  const env = { ...followed(), ...QUIET_NPM, HOME: homedir(), PATH: `${bin}:${pathOfMachine()}` };
  const mounts = [
    [demo, cache],
    [mnt, '/mnt'],
    [srv, '/srv'],
    [home, homedir()],
  ] as const;
  return { directory, clone, bin, mnt, srv, home, env, mounts };
}

/** Where `ims-job` keeps the demonstration image, at home. */
const CACHE = '.local/state/ims-job/cache';

/** npm tells now and then of newer versions of itself. */
const QUIET_NPM = { npm_config_update_notifier: 'false' };

/** The same machine as a container of a job, with the volume at `/mnt/image` and the variables of the agent. */
export function podOf(scene: Scene, { volume, agentEnv }: Job): Scene {
  return {
    ...scene,
    env: { ...scene.env, ...agentEnv, IMAGE_ROOT_PARENT: '/mnt/image' },
    mounts: [[dirname(volume.parent), scene.mnt], ...scene.mounts],
  };
}

/** Puts a program of a few lines of shell on the `PATH` of a scene. */
export async function addProgram(bin: string, name: string, script: string): Promise<void> {
  await writeFile(`${bin}/${name}`, `#!/bin/sh\n${script}\n`);
  await chmod(`${bin}/${name}`, 0o755);
}

/** Without what npm has put before it: a reader's Node is the machine's. */
function pathOfMachine(): string {
  const path = process.env['PATH'] ?? '';
  return path
    .split(':')
    .filter((directory) => !directory.includes('node_modules'))
    .join(':');
}
