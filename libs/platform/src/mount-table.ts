// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

/** One mount of this process's mount namespace. */
export interface Mount {
  readonly id: number;
  /** Where it is seen. */
  readonly path: string;
  /** `proc`, `ext4`, … */
  readonly type: string;
}

/** Reads `/proc/self/mountinfo` (proc(5)), in the order in which the mounts were made. */
export function parseMountTable(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [id, , , , path] = left.split(' ');
    const [type] = right.split(' ');
    if (id === undefined || path === undefined || type === undefined || type === '') return [];
    return [{ id: Number(id), path: unescaped(path), type }];
  });
}

/** The mounts below a directory, the last made first, as they have to be unmounted. */
export function mountsBelow(table: readonly Mount[], directory: string): Mount[] {
  return table.filter(({ path }) => path.startsWith(`${directory}/`)).reverse();
}

/** The kernel writes blanks, line breaks and backslashes as `\040` and the like. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
