#!/usr/bin/env node
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { endProcess, terminationOf } from '@ims/cli';

import { run } from './cli.ts';

await endProcess(
  process,
  await run({
    argv: process.argv,
    env: process.env,
    termination: terminationOf(process),
    write: (line) => {
      process.stdout.write(`${line}\n`);
    },
  }),
);
