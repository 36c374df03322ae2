#!/usr/bin/env -S node --max-semi-space-size=1
// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

import './prepare/hide-address.ts';

import { terminationOf } from '@ims/cli';

import { run } from './cli.ts';

const { argv, env, stdout } = process;
process.exitCode = await run({ argv, env, stdout, termination: terminationOf(process) });
