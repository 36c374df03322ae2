// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Reads files one after the other, as a program that boots does: a process of its own, whose processor time is counted.

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const [root = '', list = ''] = process.argv.slice(2);
const files = readFileSync(list, 'utf8').split('\n');
const buffer = Buffer.alloc(128 * 1024);
const before = process.resourceUsage().systemCPUTime;
for (const file of files) {
  const descriptor = openSync(`${root}/${file}`, 'r');
  while (readSync(descriptor, buffer) > 0);
  closeSync(descriptor);
}
console.log((process.resourceUsage().systemCPUTime - before) / 1000);
