// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

export { filterBytes, type FilterCommand } from './filter.ts';
export { createRunner, type ProcessRunner, type StartCommand, type Started } from './runner.ts';
export { interpreterOf, interpreterOfFile, type Interpreter } from './script.ts';
export { PLAIN_PATH, type OutputTarget } from './spawn.ts';
export { KEPT_BYTES, createLineSplitter, type LineSplitter } from './output.ts';
