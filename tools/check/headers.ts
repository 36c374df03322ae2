// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COPYRIGHT = /\(C\) Copyright 20\d{2}(-20\d{2})? Hewlett Packard Enterprise Development LP/;
const LICENSE = /SPDX-License-Identifier: MIT\b/;

/** Room for `#!` and for what has to stand before the header, such as the syntax line of a Dockerfile. */
const WITHIN_LINES = 6;

const SOURCE_NAMES = [
  /\.(ts|mts|js|mjs|cjs|sh|bash|py|go|c|h)$/,
  /^(Dockerfile|Makefile)(\..+)?$/,
  /\.(tpl|tftpl|dockerfile)$/,
];

/** Whether a file of this name and beginning is source code that carries the header. */
export function isSource(path: string, text: string): boolean {
  if (/(^|\/)helm\/.*\/templates\/.*\.(yaml|yml|txt)$/.test(path)) return true;
  return text.startsWith('#!') || SOURCE_NAMES.some((pattern) => pattern.test(basename(path)));
}

/** Whether the copyright line and the licence line stand at the top. */
export function hasHeader(text: string): boolean {
  const top = text.split('\n').slice(0, WITHIN_LINES).join('\n');
  return COPYRIGHT.test(top) && LICENSE.test(top);
}

/** The source files of the repository, committed or not, that lack the header. */
function filesWithoutHeader(root: string): string[] {
  const listing = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listing.split('\0').filter((path) => {
    const text = path === '' ? '' : read(join(root, path));
    return isSource(path, text) && !hasHeader(text);
  });
}

/** Empty for what is not a file, or was deleted and not yet committed. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) {
  const without = filesWithoutHeader(fileURLToPath(new URL('../..', import.meta.url)));
  for (const file of without) console.error(`${file}: the copyright and licence lines are missing at the top`);
  process.exitCode = without.length === 0 ? 0 : 1;
}
