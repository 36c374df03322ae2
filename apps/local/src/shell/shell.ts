// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { scriptCopy } from '@ims/contract';
import type { Interpreter } from '@ims/process';

import type { JobPaths } from '../job/home.ts';
import { quote } from './quote.ts';
import { hostKeyAlias, keyFiles, SHELL_ADDRESS } from './keys.ts';

/** The door of a job, as an ssh client needs to know it. */
export interface Shell {
  readonly paths: JobPaths;
  readonly jobId: string;
  readonly port: number;
  readonly jailed: boolean;
  /** The image root as this machine sees it. */
  readonly imageRoot: string;
  /** Where the user's flags lie, as the shell sees it. */
  readonly flags: string;
}

const TARGET = `root@${SHELL_ADDRESS}`;

/** The words of an ssh command with which a person reaches the door; the host key is pinned. */
export function sshWords(shell: Shell): string[] {
  return [...clientWords(shell), TARGET];
}

/** The same for a command that is run without anybody: it asks nothing and never hangs on a question. */
export function sshCommandWords(shell: Shell, remote: string): string[] {
  const unattended = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-T'];
  return [...clientWords(shell), ...unattended, TARGET, remote];
}

function clientWords(shell: Shell): string[] {
  const { userKey, knownHosts } = keyFiles(shell.paths);
  const options = [
    'IdentitiesOnly=yes',
    `UserKnownHostsFile=${knownHosts}`,
    `HostKeyAlias=${hostKeyAlias(shell.jobId)}`,
  ];
  const pinned = options.flatMap((option) => ['-o', option]);
  // Settings of the user's own must not reach a shell that is made for one job.
  return ['ssh', '-F', 'none', '-p', String(shell.port), '-i', userKey, ...pinned];
}

/** A command line for the login shell that runs `script` by `/bin/sh` inside the image root. */
export function insideImage(shell: Shell, script: string): string {
  const inside = `/bin/sh -c ${quote(script)}`;
  return shell.jailed ? `exec ${inside}` : `exec chroot ${quote(shell.imageRoot)} ${inside}`;
}

const STARTED: Readonly<Record<Interpreter, string>> = {
  kernel: '"$file" < /dev/null',
  shell: '/bin/sh "$file" < /dev/null',
};

/**
 * Takes a script from standard input, runs it and takes it away again, also when the connection ends first.
 * `token` makes its name unguessable.
 */
export function runFromStdin(token: string, interpreter: Interpreter): string {
  return [
    `umask 077; set -C; file=/tmp/${scriptCopy(token)}`,
    `trap 'rm -f "$file"' EXIT`,
    `trap 'exit 129' HUP`,
    `trap 'exit 143' TERM`,
    'cat > "$file" || exit 125',
    'chmod 700 "$file"; umask 022',
    STARTED[interpreter],
  ].join('; ');
}

/** Sets an empty flag, as a person would. */
export function touchFlag(shell: Shell, flag: 'complete' | 'failed'): string {
  return `touch ${quote(`${shell.flags}/${flag}`)}`;
}

/** Posts a flag with its text in one step, so that nobody reads half of it. */
export function postFlag(shell: Shell, flag: 'complete' | 'failed', note: string): string {
  const path = `${shell.flags}/${flag}`;
  const partial = `${shell.flags}/.${flag}.ims-job`;
  return `printf '%s\\n' ${quote(note)} > ${quote(partial)} && mv -f ${quote(partial)} ${quote(path)}`;
}
