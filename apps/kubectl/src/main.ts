#!/usr/bin/env node
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import { terminationOf } from '@ims/cli';

import { run } from './cli.ts';

process.exitCode = await run({
  argv: process.argv,
  env: process.env,
  termination: terminationOf(process),
  write: (text) => {
    process.stdout.write(`${text}\n`);
  },
});
