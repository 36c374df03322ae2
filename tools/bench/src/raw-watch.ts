// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The floor of every hand-over: one kernel watch and one line of output, in a process of its own.

import { watch, writeSync } from 'node:fs';

const [directory = '.', file = ''] = process.argv.slice(2);
watch(directory, (_event, name) => {
  if (name === file) writeSync(1, '{"phase":"seen"}\n');
});
writeSync(1, '{"phase":"watching"}\n');
