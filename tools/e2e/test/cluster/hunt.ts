// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** What is looked for, and where. */
export interface Hunt {
  readonly secrets: readonly string[];
  /** A jail shows no processes, and its image has the tools in one program. */
  readonly jailed: boolean;
}

/** Three parts of base64 with dots between them, the first two of them JSON. */
const TOKEN = '[e]yJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}';

/**
 * A command for a shell that prints each place in which it finds a secret or a token: its environment, every file of
 * every mount, and of every process the environment, the arguments, the mounts, and all files below another root.
 */
export function huntFor({ secrets, jailed }: Hunt): string {
  const tool = (name: string): string => (jailed ? `busybox ${name}` : name);
  // No pattern matches its own text: the search is a process, too.
  const patterns = [TOKEN, ...secrets.map((secret) => secret.replace(/^./, '[$&]'))];
  const grep = `${tool('grep')} -l -s -E ${patterns.map((pattern) => `-e '${pattern}'`).join(' ')}`;
  const files = (root: string): string =>
    `${tool('find')} "${root}" \\( -path "${root}proc" -o -path "${root}sys" \\) -prune -o -type f -exec ${grep} {} +`;
  return [
    `env | ${grep} - >/dev/null && echo environment`,
    files('/'),
    'for p in /proc/[0-9]*; do',
    `  ${grep} "$p/environ" "$p/cmdline" "$p/mountinfo"`,
    '  [ "$p/root/" -ef / ] || [ ! -d "$p/root/" ] || ' + files('$p/root/'),
    'done',
    'true',
  ].join('\n');
}
