#!/usr/bin/env -S node --no-opt --no-maglev --max-semi-space-size=1 --v8-pool-size=0
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// The flags above are those of ims-sshd: what takes processors here, sums and transfers, is Node's own machine code.
import './prepare/hide-address.ts';

import { terminationOf } from '@ims/cli';

import { run } from './cli.ts';

const { argv, env, stdout } = process;
process.exitCode = await run({ argv, env, stdout, termination: terminationOf(process) });
