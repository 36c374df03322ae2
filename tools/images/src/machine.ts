// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { ask } from './engine.ts';

/** What podman gives a container unless it is told otherwise; an engine without the right to do so fails. */
const USUAL_OPEN_FILES = 1_048_576;

/** The text of `/proc/self/limits` says how many files a process may open at most. */
export function openFilesIn(limits: string): number | undefined {
  const hard = Number(/^Max open files +\S+ +(\d+)/m.exec(limits)?.[1]);
  return hard < USUAL_OPEN_FILES ? hard : undefined;
}

/** The same of this machine. */
export function openFiles(): number | undefined {
  return existsSync('/proc/self/limits') ? openFilesIn(readFileSync('/proc/self/limits', 'utf8')) : undefined;
}

/** How npm reaches its registry from here holds for the build, too: certificates and the user's configuration. */
export function npmSecrets(env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const files = [
    ['ca', env['NODE_EXTRA_CA_CERTS']],
    ['npmrc', env['NPM_CONFIG_USERCONFIG'] ?? join(homedir(), '.npmrc')],
  ] as const;
  return new Map(files.flatMap(([id, file]) => (file !== undefined && existsSync(file) ? [[id, file] as const] : [])));
}

/** The commit that is checked out, marked when the work tree differs from it; empty outside of a clone. */
export function revision(root: string): string {
  const { succeeded, stdout } = ask('git', '-C', root, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*');
  return succeeded ? stdout : '';
}
