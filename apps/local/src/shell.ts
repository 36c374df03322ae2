// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import type { JobPaths } from './home.ts';
import { quote } from './quote.ts';
import { keyFiles, SHELL_ADDRESS } from './variables.ts';
import { hostKeyAlias } from './workspace.ts';

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

/** The words of an ssh command that reaches the door; the host key is pinned and the user's own settings stay out. */
export function sshWords(shell: Shell, remote?: string): string[] {
  const { userKey, knownHosts } = keyFiles(shell.paths);
  const options = [
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    `HostKeyAlias=${hostKeyAlias(shell.jobId)}`,
  ];
  const words = ['ssh', '-F', 'none', '-i', userKey, '-p', String(shell.port)];
  const target = `root@${SHELL_ADDRESS}`;
  const all = [...words, ...options.flatMap((option) => ['-o', option])];
  return remote === undefined ? [...all, target] : [...all, '-o', 'BatchMode=yes', '-T', target, remote];
}

/** A command line for the login shell that runs `script` by `/bin/sh` inside the image root. */
export function insideImage(shell: Shell, script: string): string {
  const inside = `/bin/sh -c ${quote(script)}`;
  return shell.jailed ? `exec ${inside}` : `exec chroot ${quote(shell.imageRoot)} ${inside}`;
}

/**
 * Takes a script from standard input, runs it and takes it away again, also when the connection ends first.
 * It is run as a program, so that its first line chooses the interpreter; `token` makes its name unguessable.
 */
export function runFromStdin(token: string): string {
  return [
    `umask 077; set -C; file=/tmp/ims-script.${token}`,
    `trap 'rm -f "$file"' EXIT`,
    `trap 'exit 129' HUP`,
    `trap 'exit 143' TERM`,
    'cat > "$file" || exit 125',
    'chmod 700 "$file"; umask 022',
    '"$file" < /dev/null',
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
